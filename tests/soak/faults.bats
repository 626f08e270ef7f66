# The same load while something breaks under it and is mended: programs see an honest error
# meanwhile, and recover.

DURATION=${SOAK_SECONDS:-30}

setup() {
    load soak
    LOAD_PROGRAMS=("$SOAK/load" "$SOAK/load-musl")
    VOLUME_KIND=
    rm -rf /tmp/.qlshim-*
}

teardown() {
    [ -z "$VOLUME_KIND" ] || unmount_volume
}

on_volume() {
    mount_volume "$@"
    fresh_folder
}

# The driver dies, as when a container's network volume goes, and is there again after a while.
kill_driver_and_remount() {
    kill -9 "$VOLUME_PID"
    wait "$VOLUME_PID" || true
    sleep $((DURATION / 8))
    umount -l "$VOLUME"
    start_driver
}

lose_driver() {
    on_volume "$@"
    start_load
    sleep $((DURATION / 4))
    kill_driver_and_remount
    finish_load ENOTCONN ECONNABORTED EIO EADDRINUSE
    noticed client ENOTCONN
    noticed server ENOTCONN
    assert_nothing_left
}

@test "the driver of a volume with links is killed" {
    lose_driver faulty mknod=EPERM
}

@test "the driver of a volume without links is killed" {
    lose_driver faulty mknod=EPERM symlink=EPERM
}

@test "rclone is killed" {
    lose_driver rclone
}

@test "the private folder's volume is full" {
    on_volume faulty mknod=EPERM
    mkdir /mnt/small
    mount -t tmpfs -o mode=1777,size=1m,nr_inodes=3000 tmpfs /mnt/small
    start_load QLSHIM_TMPDIR=/mnt/small
    sleep $((DURATION / 4))
    # Over and over, since room is made wherever an orphan is collected.
    local end round=0
    for ((end = SECONDS + DURATION / 8; SECONDS < end; round++)); do
        touch "/mnt/small/filler-$round-"{1..3000} 2>/dev/null || true
    done
    rm -f /mnt/small/filler-*
    finish_load EPERM ENOSPC # EPERM is what the volume says by itself
    noticed server EPERM
    assert_nothing_left /mnt/small/.qlshim-23456
    umount /mnt/small
}

@test "the clock is set" {
    on_volume faulty mknod=EPERM
    LOAD_PROGRAMS=("$SOAK/load") # libfaketime is for glibc
    local preload faketime=/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1
    echo "+0" >/tmp/clock
    chmod 0644 /tmp/clock
    preload=(LD_PRELOAD="$LIBRARY:$faketime" FAKETIME_TIMESTAMP_FILE=/tmp/clock
        FAKETIME_NO_CACHE=1 FAKETIME_DONT_FAKE_MONOTONIC=1)
    start_load "${preload[@]}"
    local offset year years=
    for offset in +40d -4000d +4000d -1d; do
        sleep $((DURATION / 6))
        echo "$offset" >/tmp/clock
        year=$(nameless "${preload[@]}" date +%Y)
        years+="$year "
    done
    finish_load
    [ "$(wc -w <<<"$(printf '%s\n' $years | sort -u)")" -ge 3 ] || fail "no other clock: $years"
    assert_nothing_left
}

@test "there are no descriptors left" {
    on_volume faulty debris=EIO symlink=EPERM
    start_load -- descriptors=20
    finish_load EMFILE
    noticed client EMFILE
    assert_nothing_left
}

@test "the kernel gives no more memory" {
    on_volume faulty debris=EIO symlink=EPERM
    start_load -- no-memory
    finish_load
    assert_nothing_left
}

@test "malloc and mmap fail at random" {
    on_volume faulty mknod=EPERM
    LOAD_PROGRAMS=("$SOAK/load") # starve.so is for glibc
    # It does starve: who asks for memory and does not bear a refusal, fails now and then.
    local round failures=0
    for round in {1..20}; do
        nameless LD_PRELOAD="$SOAK/starve.so" ls -l / >/dev/null 2>&1 || failures=$((failures + 1))
    done
    [ "$failures" -gt 0 ]
    start_load LD_PRELOAD="$SOAK/starve.so:$LIBRARY"
    finish_load
    assert_nothing_left
}

# Whether COUNT sockets can be bound in at most KIB of address space.
sockets_within() {
    rm -rf "$FOLDER" && nameless mkdir "$FOLDER"
    (ulimit -n 12000 && LIMIT=60 shimmed prlimit --as=$(($1 * 1024)) \
        "$PROBES/many" sockets "$FOLDER" "$2") >/dev/null 2>&1
}

@test "a process at the limit of its address space" {
    on_volume faulty mknod=EPERM
    run nameless "$PROBES/many" sockets "$FOLDER" 1
    [ "$status" -ne 0 ]
    local enough=65536 little=0
    while [ $((enough - little)) -gt 8 ]; do
        local middle=$(((enough + little) / 2))
        if sockets_within "$middle" 1; then enough=$middle; else little=$middle; fi
    done
    # 3,000 names are half a MiB of table, for which there is no room now.
    sockets_within $((enough + 64)) 3000
    say "3,000 sockets within $((enough + 64)) KiB of address space"
}
