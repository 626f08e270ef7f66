# Everything that is run of one platform, PLATFORM, under qemu-user, in glibc's and musl's programs of it:
# make platforms-test, for all of them. What qemu does not do: platform.bash.

setup_file() {
    tests/platform "$PLATFORM" >/tmp/log 2>&1 || { cat /tmp/log; return 1; } >&2
    load platform
    join_machine
}

setup() {
    load ../programs/common
    load platform
    rm -rf /tmp/.qlshim-*
    VOLUME_KIND=
    choose_platform "$PLATFORM"
}

teardown() {
    [ -z "$VOLUME_KIND" ] || unmount_volume
}

@test "the unit tests" {
    local unit
    for unit in "$PROBES"/unit-*; do
        run env CMOCKA_MESSAGE_OUTPUT=TAP timeout 60 ${QEMU:+"$QEMU" -L "$BUILD/root"} "$unit"
        [[ $output == *"ok 1 "* ]] || fail "$unit: $output"
        # These three forbid a system call by a seccomp filter.
        [ -z "$(grep '^not ok' <<<"$output" | grep -v ${QEMU:+-e a_failure_on_a_trusted_filesystem_is_tried} \
            ${QEMU:+-e a_socket_that_cannot_be_named_is_not_bound -e an_old_file_marker_is_read_once} -e '^$')" ] ||
            fail "$unit: $output"
    done
}

@test "every step on a socket's path, on a volume that refuses sockets" {
    local libc folder
    mkdir -m 1777 /mnt/disk/steps
    emulated bare "$PROBES/steps" /mnt/disk/steps >/tmp/disk
    [ "$(wc -l </tmp/disk)" -gt 200 ]
    mount_volume faulty mknod=EPERM symlink=EPERM
    for libc in "" -musl; do
        fresh_folder
        run emulated bare "$PROBES/steps$libc" "$FOLDER"
        [ "$output" != "$(cat /tmp/disk)" ]
        fresh_folder
        emulated shimmed "$PROBES/steps$libc" "$FOLDER" >/tmp/shimmed
        run diff /tmp/disk /tmp/shimmed
        [ "$output" = "" ]
        run emulated shimmed "$PROBES/loaded$libc" "$FOLDER/loaded.sock"
        [ "$output" = "loaded, redirected" ]
        run emulated shimmed QLSHIM_SOCKETS=off "$PROBES/loaded$libc" "$FOLDER/off.sock"
        [ "$output" = "loaded, EPERM" ]
    done
}

# Those of tests/programs/steps.bats.
@test "every step on FAT, on rclone and on each faulty volume, and on a disk by QLSHIM_SOCKETS=always" {
    local libc volume count=0
    mkdir -m 1777 /mnt/disk/volumes
    emulated bare "$PROBES/steps" /mnt/disk/volumes >/tmp/disk
    while IFS= read -r volume; do
        # qemu tells no mount's number, and a device's is used again.
        rm -rf /tmp/.qlshim-*
        mount_volume $volume
        for libc in "" -musl; do
            fresh_folder
            emulated bare "$PROBES/steps$libc" "$FOLDER" >/tmp/bare 2>&1 || true
            ! cmp -s /tmp/bare /tmp/disk || fail "$volume: bare, nothing fails"
            # rclone's inodes have 64 bits, for which stat(2) of old 32-bit programs has no room, whatever the file.
            if grep -q EOVERFLOW /tmp/bare; then
                [[ $volume$libc == rclone && $PLATFORM =~ ^(i386|arm) ]]
                continue
            fi
            fresh_folder
            emulated shimmed "$PROBES/steps$libc" "$FOLDER" 2>&1 | diff /tmp/disk - || fail "$volume, steps$libc"
        done
        unmount_volume
        count=$((count + 1))
    done < <(sed -n 's/^@test .*{ .*mended \(.*\); }$/\1/p' tests/programs/steps.bats)
    [ "$count" -gt 25 ]
    VOLUME_KIND=
    emulated shimmed QLSHIM_SOCKETS=always "$PROBES/steps" /mnt/disk/volumes | diff /tmp/disk -
}

# As steps, of what such programs call instead of stat(2) and mknod(2): tests/probes/old.c.
@test "programs built with glibc before 2.33 make and see sockets as on a disk" {
    local libc disk
    mkdir -m 1777 /mnt/disk/old /mnt/disk/old-musl
    mount_volume faulty mknod=EPERM symlink=EPERM
    for libc in "" -musl; do
        disk=$(emulated bare "$PROBES/old$libc" "/mnt/disk/old$libc")
        [[ $disk == "mknod: ok"* ]]
        fresh_folder
        run emulated bare "$PROBES/old$libc" "$FOLDER"
        [[ $output == "mknod: EPERM"* ]]
        fresh_folder
        diff <(echo "$disk") <(emulated shimmed "$PROBES/old$libc" "$FOLDER" 2>&1) || fail "old$libc"
    done
}

@test "a disk keeps its sockets, unless all are to be redirected" {
    mkdir -m 1777 /mnt/disk/loaded
    run emulated bare "$PROBES/loaded" /mnt/disk/loaded/a
    [ "$output" = "not loaded, native" ]
    run emulated shimmed "$PROBES/loaded" /mnt/disk/loaded/b
    [ "$output" = "loaded, native" ]
    run emulated shimmed QLSHIM_SOCKETS=always "$PROBES/loaded" /mnt/disk/loaded/c
    [ "$output" = "loaded, redirected" ]
}

@test "the account of a uid without a name, from every function and in eight threads" {
    local libc own=(own u23456 u23456 /tmp/.qlshim-23456/home)
    for libc in "" -musl; do
        run patiently bare "$PROBES/accounts$libc" "${own[@]}"
        [ "$status" -eq 1 ]
        [[ $output == *"is_own_user(getpwuid(geteuid()))"* ]]
        run patiently shimmed "$PROBES/accounts$libc" "${own[@]}"
        [ "$output" = "0 wrong" ]
    done
}

# OpenShift's are such. 32-bit kernels have calls for ids of 16 bits, by the plain names, to which all larger ones are 65534.
@test "a uid beyond 16 bits has its account, and every step" {
    local NAMELESS_UID=1000680000 libc
    local own=(own u1000680000 u1000680000 /tmp/.qlshim-1000680000/home)
    mkdir -m 1777 /mnt/disk/large
    emulated bare "$PROBES/steps" /mnt/disk/large >/tmp/disk
    mount_volume faulty mknod=EPERM symlink=EPERM
    for libc in "" -musl; do
        run patiently bare "$PROBES/accounts$libc" "${own[@]}"
        [ "$status" -eq 1 ]
        run patiently shimmed "$PROBES/accounts$libc" "${own[@]}"
        [ "$output" = "0 wrong" ] || fail "$output"
        fresh_folder
        emulated shimmed "$PROBES/steps$libc" "$FOLDER" | diff /tmp/disk - || fail "steps$libc"
    done
}

@test "however a child is started, it is handed the shim" {
    local libc way
    for libc in "" -musl; do
        for way in $(emulated bare "$PROBES/starts" ways); do
            [[ -z $QEMU || ($way != fexecve && $way != execveat) ]] || continue
            [[ $PLATFORM != s390x || ($way != system && $way != popen) ]] || continue
            run emulated bare "$PROBES/starts$libc" "$way" /usr/bin/printenv LD_PRELOAD
            [ "$output" = "" ] || fail "$way: $output"
            run --separate-stderr emulated shimmed "$PROBES/starts$libc" "$way" /usr/bin/printenv LD_PRELOAD
            [ "$output" = "$BUILD/libqlshim.so" ] || fail "$way: $output, $stderr"
        done
    done
}

# Two children a run, and another attempt where one waits for ever: qemu 7.2 forgets a lock of its own at a fork. A program
# that only opens and closes files in threads and forks, without the shim, hangs in it in 2 of 12 runs, and on the kernel
# itself in none; with twenty children a run the probe did in 26 of 60. Such a child is past SIGTERM. What is wrong, and
# what hangs each time, is ours.
children_of_threads() {
    local COMMAND attempt status=0
    command_of shimmed QLSHIM_SOCKETS=always "$1" children /tmp/children 2
    for attempt in {1..6}; do
        rm -rf /tmp/children
        mkdir -m 1777 /tmp/children
        status=0
        timeout -s KILL 20 setpriv --reuid "$NAMELESS_UID" --regid "$NAMELESS_UID" --clear-groups env -i PATH="$PATH" HOME=/ \
            "${COMMAND[@]}" 3>&- || status=$?
        [ "$status" -eq 137 ] || break # timeout's, with SIGKILL
    done
    return "$status"
}

@test "odd uses of the doors, and many threads and children" {
    mkdir -m 1777 /tmp/odd-bare /tmp/odd-shimmed
    local libc case round
    for libc in "" -musl; do
        for case in $(emulated bare "$PROBES/odd" cases); do
            run --separate-stderr emulated bare "$PROBES/odd$libc" "$case" /tmp/odd-bare
            local bare="$status $output"
            run --separate-stderr emulated shimmed "$PROBES/odd$libc" "$case" /tmp/odd-shimmed
            [ "$status $output" = "$bare" ] || fail "$case$libc: $bare, but shimmed $status $output"
        done
        mkdir -m 1777 "/tmp/threads$libc"
        run emulated shimmed QLSHIM_SOCKETS=always "$PROBES/many$libc" threads "/tmp/threads$libc" 20
        [ "$output" = "0 wrong" ]
        for round in {1..10}; do
            run children_of_threads "$PROBES/many$libc"
            [ "$output" = "0 wrong" ] || fail "$libc: $status $output"
        done
    done
}

@test "an unchanged Python" {
    local python=$(python_of_root) program='
import os, pwd, socket, sys
try: print(pwd.getpwuid(os.getuid()).pw_name)
except KeyError: print("no name")
try:
    server, client = socket.socket(socket.AF_UNIX), socket.socket(socket.AF_UNIX)
    server.bind(sys.argv[1]), server.listen(), client.connect(sys.argv[1])
    print(os.uname().machine, os.path.basename(server.accept()[0].getsockname()))
except OSError as error: print(error.strerror)'
    mount_volume faulty mknod=EPERM
    run emulated bare "$python" -S -E -c "$program" "$VOLUME/bare.sock"
    [ "$output" = $'no name\nOperation not permitted' ]
    run emulated shimmed "$python" -S -E -c "$program" "$VOLUME/shimmed.sock"
    [[ $output == $'u23456\n'*' shimmed.sock' ]] || fail "$output"
}

# Debian 13's ARM programs have 64-bit times, and names of their own for this: without __recvmsg64 the sender is told by its
# private address.
@test "recvmsg tells the sender's name" {
    local python=$(python_of_root) program='
import os, socket, sys
server, client = (socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) for _ in range(2))
try:
    server.bind(sys.argv[1]), client.bind(sys.argv[1] + ".client")
    client.sendto(b"hello", sys.argv[1])
    data, _, _, sender = server.recvmsg(9)
    print(data.decode(), os.path.basename(sender))
except OSError as error: print(error.strerror)'
    [[ $DEBIAN != armhf || $(undefined "$python") == *__recvmsg64* ]]
    mount_volume faulty mknod=EPERM
    run emulated bare "$python" -S -E -c "$program" "$VOLUME/bare"
    [ "$output" = "Operation not permitted" ]
    run emulated shimmed "$python" -S -E -c "$program" "$VOLUME/shimmed"
    [ "$output" = "hello shimmed.client" ] || fail "$output"
}

# The kernel gives i386 programs all 4 GiB, and the stack lies at their end: an address there is negative as an intptr_t.
@test "a stack above 2 GiB has an environment, and paths" {
    [ -z "$QEMU" ] || skip "qemu-user puts it elsewhere"
    local program='
import os
print(any(int(line[:8], 16) >= 1 << 31 for line in open("/proc/self/maps") if "[stack]" in line), flush=True)
os.execve("/usr/bin/printenv", ["printenv", "LD_PRELOAD"], {"A": "b"})'
    run emulated bare "$(python_of_root)" -S -E -c "$program"
    [ "$output" = "True" ]
    run --separate-stderr emulated shimmed "$(python_of_root)" -S -E -c "$program"
    [ "$output" = "True"$'\n'"$BUILD/libqlshim.so" ] || fail "$output"
}

# As with wine, say. Each kind's loader looks into its own folder.
@test "64-bit and 32-bit programs start each other, each with its own library by one bare name" {
    [[ $PLATFORM == i386 && -z $QEMU ]] || skip "this machine runs no programs of it"
    local python=$(python_of_root) program='
import os, pwd, sys
try: print(sys.maxsize > 1 << 32, pwd.getpwuid(os.getuid()).pw_name, flush=True)
except KeyError: print("no name", flush=True)
if len(sys.argv) > 1: os.execve(sys.argv[1], [sys.argv[1], "-S", "-E", "/tmp/program", *sys.argv[2:]], {})'
    echo "$program" >/tmp/program
    mkdir /tmp/upper /tmp/work
    mount -t overlay -o lowerdir=/usr/lib,upperdir=/tmp/upper,workdir=/tmp/work overlay /usr/lib
    cp "$LIBRARY" /usr/lib/x86_64-linux-gnu
    cp "$BUILD/libqlshim.so" /usr/lib/i386-linux-gnu
    run nameless LD_PRELOAD=libqlshim.so "$python" -S -E /tmp/program /usr/bin/python3 "$python"
    [ "$output" = $'False u23456\nTrue u23456\nFalse u23456' ] || fail "$output"
    run nameless LD_PRELOAD=/usr/lib/x86_64-linux-gnu/libqlshim.so "$python" -S -E /tmp/program
    [[ $output == *"wrong ELF class: ELFCLASS64"*"no name" ]] || fail "$output"
    umount -l /usr/lib
}

# 32-bit ARM: on 64-bit kernels, as the Raspberry Pi 5's, with 16 KiB; of its larger ones qemu 7.2 knows nothing.
@test "pages of 64 KiB, or 16" {
    local size=65536
    [[ $PLATFORM == aarch64 || $PLATFORM == ppc64le || $PLATFORM == arm* ]] || skip "this machine has 4 KiB"
    [[ $PLATFORM != arm* ]] || size=16384
    run timeout 60 "$QEMU" -p $size -L "$BUILD/root" -E "LD_PRELOAD=$BUILD/libqlshim.so" -E QLSHIM_SOCKETS=always \
        "$(python_of_root)" -S -E -c 'import os, socket, sys
print(os.sysconf("SC_PAGESIZE"))
server = socket.socket(socket.AF_UNIX); server.bind(sys.argv[1]); print(server.getsockname())' /tmp/pages
    [ "$output" = $size$'\n/tmp/pages' ] || fail "$output"
    [ -L /tmp/pages ]
    run timeout 60 "$QEMU" -p $size "$BUILD/qlshim" --version
    [ "$output" = "$("$QLSHIM" --version)" ] || fail "$output"
}

# Debian's musl for ARM without floating point registers is of an older processor than that, and its loader does not look
# whether the library has them. ARMv7's library is the control.
@test "an ARM1176, as the first Raspberry Pi has, runs ARMv6's library" {
    [ "$PLATFORM" = armv6 ] || skip "ARMv6 alone"
    local root=$PWD/build/roots/armel
    tests/platforms/old-arm "$PROBES/steps-armel"
    old_arm() {
        LIMIT=60 nameless "$QEMU" -cpu arm1176 -L "$root" "$@"
    }
    mkdir -m 1777 /mnt/disk/old-arm
    old_arm "$PROBES/steps-armel" /mnt/disk/old-arm >/tmp/disk
    [ "$(wc -l </tmp/disk)" -gt 200 ]
    mount_volume faulty mknod=EPERM symlink=EPERM
    fresh_folder
    run old_arm -E "LD_PRELOAD=$PWD/build/armv7/libqlshim.so" "$PROBES/steps-armel" "$FOLDER"
    [ "$output" != "$(cat /tmp/disk)" ]
    fresh_folder
    diff /tmp/disk <(old_arm -E "LD_PRELOAD=$BUILD/libqlshim.so" "$PROBES/steps-armel" "$FOLDER")
}

@test "the command" {
    run emulated bare "$BUILD/qlshim" --version
    [ "$output" = "$("$QLSHIM" --version)" ]
    run --separate-stderr emulated bare "$BUILD/qlshim" exec -- /usr/bin/printenv LD_PRELOAD
    [ "$output" = "$BUILD/libqlshim.so" ]
}

# In a view of a tree of root's and in one's own copy: tests/writable/differential. Here programs start their children.
@test "folders that are not one's own: random operations say what they say in one's own, in 32-bit programs of either width" {
    [[ $PLATFORM == i386 || $PLATFORM == arm* ]] || skip "as on x86-64, where tests/writable has more"
    local libc
    mount -t tmpfs -o mode=1777 tmpfs /srv
    differential() {
        tests/platforms/foreign "$PLATFORM" \
            tests/writable/differential "$PROBES/operations$1" "$2" "$3" 400 /srv
    }
    PRELOAD= run differential "" 1 1
    [[ $status -eq 1 && $output == *"differs: seed 1, operations "* ]] || fail "$output"
    # qemu has no execveat, by which libqlshim.so has a program's first process load the second.
    export PRELOAD=${QEMU:+$BUILD/libqlshim-writable.so:}$BUILD/libqlshim.so
    for libc in "" -64 -time64 -musl; do
        differential "$libc" "$((${#libc} * 100 + 1))" "${SEEDS:-10}"
    done
    umount /srv
}
