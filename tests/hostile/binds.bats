# Binds that meet: two servers at one path, many containers that try one volume, and a set-group-id folder.

setup() {
    load ../programs/common
    load neighbour
    rm -rf /tmp/.qlshim-* /tmp/native /tmp/always
}

teardown() {
    end_servers
    [ -z "${VOLUME:-}" ] || unmount_volume
}

@test "R1: of two servers that both saw a free path one has it" {
    local folder
    mount_volume faulty mknod=EPERM
    for folder in /tmp/native /tmp/always "$VOLUME/run"; do
        nameless mkdir "$folder"
    done
    [ "$(nameless "$PROBES/binders" 2000 /tmp/native)" = "one 2000, both 0, none 0" ]
    [ "$(nameless "$PROBES/binders" 1 "$VOLUME/run" | tail -1)" = "one 0, both 0, none 1" ] # EPERM
    local told
    told=$(LIMIT=120 shimmed QLSHIM_SOCKETS=always "$PROBES/binders" 2000 /tmp/always)
    [ "$told" = "one 2000, both 0, none 0" ] || fail "always: $told"
    [ -L /tmp/always/1999 ]
    told=$(LIMIT=120 shimmed "$PROBES/binders" 2000 "$VOLUME/run")
    [ "$told" = "one 2000, both 0, none 0" ] || fail "on FUSE: $told"
}

@test "R1: nor have two it where the volume's driver has many threads" {
    local told
    mount_volume rclone
    nameless mkdir "$VOLUME/run"
    [ "$(nameless "$PROBES/binders" 1 "$VOLUME/run" | tail -1)" = "one 0, both 0, none 1" ]
    rm -rf "$VOLUME/run"
    nameless mkdir "$VOLUME/run"
    told=$(LIMIT=120 shimmed "$PROBES/binders" 2000 "$VOLUME/run")
    [ "$told" = "one 2000, both 0, none 0" ] || fail "$told"
    # bindfs has links, and passes sockets through.
    mkdir /tmp/under /mnt/threads
    chmod 1777 /tmp/under
    bindfs -f --multithreaded -o allow_other /tmp/under /mnt/threads 3>&- &
    SERVERS+=($!)
    eventually mountpoint -q /mnt/threads
    nameless mkdir /mnt/threads/run
    told=$(LIMIT=120 shimmed QLSHIM_SOCKETS=always "$PROBES/binders" 2000 /mnt/threads/run)
    [ "$told" = "one 2000, both 0, none 0" ] || fail "links: $told"
    [ -L /mnt/threads/run/1999 ]
    umount /mnt/threads
}

# The nameless user's program in a container of its own (processes, /tmp, /dev/shm and a host's name), which waits for the
# file START.
contained() {
    local start=$1
    shift
    timeout 30 unshare --mount --uts --pid --ipc --fork --mount-proc bash -c '
        mount -t tmpfs -o mode=1777 tmpfs /tmp
        mount -t tmpfs -o mode=1777 tmpfs /dev/shm
        until [ -e "$1" ]; do sleep 0.02; done
        shift
        exec "$@"' contained "$start" \
        setpriv --reuid "$NAMELESS_UID" --regid "$NAMELESS_UID" --clear-groups env -i PATH="$PATH" HOME=/ "$@" 3>&-
}

# How many of 12 containers, six times or as many as ROUNDS says, found what: "72 WHAT".
ROUNDS=${ROUNDS:-6}
found_by_all() {
    local round container
    local -a started
    for ((round = 1; round <= ROUNDS; round++)); do
        nameless mkdir "$VOLUME/$round"
        started=()
        for container in {1..12}; do
            contained "$VOLUME/start-$round" "$@" "$PROBES/loaded" "$VOLUME/$round/$container" >>/tmp/told 2>&1 &
            started+=($!)
        done
        sleep 0.7
        touch "$VOLUME/start-$round"
        wait "${started[@]}"
    done
    sort /tmp/told | uniq -c | sed 's/^ *//'
    rm /tmp/told
}

@test "R2: containers that start together on a volume that takes sockets all find that it does" {
    local told
    mount_volume faulty
    told=$(found_by_all LD_PRELOAD="$LIBRARY")
    [ "$told" = "$((12 * ROUNDS)) loaded, native" ] || fail "$told"
    [ -z "$(find "$VOLUME" -name '.qlshim-*')" ]
}

@test "R2: and on one that refuses them, that it does" {
    local told
    mount_volume faulty mknod=EPERM
    [ "$(found_by_all A=b)" = "$((12 * ROUNDS)) not loaded, EPERM" ]
    rm -rf "$VOLUME"/*
    told=$(found_by_all LD_PRELOAD="$LIBRARY")
    [ "$told" = "$((12 * ROUNDS)) loaded, redirected" ] || fail "$told"
}

# As the neighbour, KIND of thing in place of the trial's socket, where the trial is held up after CALL; what a bind
# comes to there. He may, in a folder without the sticky bit.
bind_disturbed() {
    local kind=$1 call=$2 folder=$VOLUME/$1-$2 victim trial
    rm -f /tmp/.qlshim-23456/verdict-* /tmp/told
    mkdir -m 0777 "$folder"
    chmod 0777 "$folder"
    case $kind in
    socket) neighbour "$PROBES/loaded" "$folder/his" >/dev/null ;;
    file) neighbour bash -c 'echo mine >"$1"' bash "$folder/his" ;;
    empty) neighbour touch "$folder/his" ;;
    link) neighbour ln -s /etc/passwd "$folder/his" ;;
    # The victim's living server's, as where fs.protected_hardlinks is 0.
    second) ln "$VOLUME/own" "$folder/his" ;;
    esac
    nameless strace -f -o /dev/null -E LD_PRELOAD="$LIBRARY" -e trace="$call" \
        -e inject="$call:delay_exit=1000000:when=1" "$PROBES/loaded" "$folder/s" >/tmp/told 3>&- &
    victim=$!
    eventually sh -c 'test -S "$1"/.qlshim-trial-*' sh "$folder"
    sleep 0.1
    trial=$(find "$folder" -name '.qlshim-trial-*')
    neighbour mv -fT "$folder/his" "$trial"
    wait $victim
    cat /tmp/told
}

@test "R2: what a neighbour puts in the place of a trial's socket does not decide" {
    local kind call
    mount_volume faulty
    for kind in socket file empty link; do
        for call in bind fchmodat; do
            [ "$(bind_disturbed $kind $call)" = "loaded, native" ] || fail "$kind, $call: $(cat /tmp/told)"
        done
    done
}

@test "R2: nor does a second name of a server's socket there, and its mode stays" {
    mount_volume faulty
    serve "$VOLUME/own" mine nameless
    ln "$VOLUME/own" "$VOLUME/second" # what is known of it is not of before
    [ "$(stat -c '%a %h' "$VOLUME/own")" = "777 2" ]
    [ "$(bind_disturbed second bind)" = "loaded, native" ] || fail "$(cat /tmp/told)"
    [ -z "$(find /tmp/.qlshim-23456 -lname 'refuses*')" ]
    [ "$(stat -c %a "$VOLUME/own")" = 777 ]
    end_servers
}

# A neighbour fills the volume, or closes a folder of his in which his victim binds, for the moment of the trial's bind.
@test "R2: what a neighbour causes at the moment of a trial does not decide" {
    local error
    mount_volume faulty
    mkdir -m 0777 "$VOLUME/d"
    chmod 0777 "$VOLUME/d"
    for error in EACCES ENOSPC EDQUOT EIO; do
        rm -rf /tmp/.qlshim-23456
        run nameless strace -f -qq -o /dev/null -E LD_PRELOAD="$LIBRARY" -e trace=bind \
            -e inject="bind:error=$error:when=1" "$PROBES/loaded" "$VOLUME/d/$error"
        # EIO is a volume's own word.
        [ $error != EIO ] || { [ "$output" = "loaded, redirected" ]; continue; }
        [ "$output" = "loaded, native" ] || fail "$error: $output"
        [ -z "$(find /tmp/.qlshim-23456 -lname 'refuses*')" ] || fail "$error is recorded"
    done
}

@test "R2: nor does what a process may not do anywhere (seccomp)" {
    local error
    mount_volume faulty
    nameless mkdir "$VOLUME/d"
    for error in EPERM ENOSYS EACCES; do
        run nameless strace -f -qq -o /dev/null -E LD_PRELOAD="$LIBRARY" -e trace=bind \
            -e inject="bind:error=$error" "$PROBES/loaded" "$VOLUME/d/s"
        [ "$output" = "loaded, $error" ] || fail "$error: $output"
        [ "$(shimmed "$PROBES/loaded" "$VOLUME/d/$error")" = "loaded, native" ] || fail "$error is recorded"
        rm -rf /tmp/.qlshim-23456
    done
}

@test "R5: a socket in a set-group-id folder has the folder's group" {
    local folder
    mount_volume faulty mknod=EPERM
    for folder in /tmp/native "$VOLUME/group"; do
        mkdir "$folder"
        chown "$NAMELESS_UID:777" "$folder"
        chmod 2770 "$folder"
    done
    member bash -c 'umask 007; exec "$@"' bash /usr/bin/python3 -S -E -c '
import socket; socket.socket(socket.AF_UNIX).bind("/tmp/native/s")'
    [ "$(stat -c '%a %g' /tmp/native/s)" = "770 777" ]
    [ "$(member "$PROBES/loaded" "$VOLUME/group/s")" = "not loaded, EPERM" ]
    member LD_PRELOAD="$LIBRARY" bash -c 'umask 007; exec "$@"' bash /usr/bin/python3 -S -E -c '
import socket, sys, time
server = socket.socket(socket.AF_UNIX)
server.bind(sys.argv[1])
server.listen()
time.sleep(20)' "$VOLUME/group/s" 3>&- &
    SERVERS+=($!)
    eventually test -L "$VOLUME/group/s"
    sleep 0.3
    [ "$(member LD_PRELOAD="$LIBRARY" stat -c '%F %a %g' "$VOLUME/group/s")" = "socket 770 777" ]
    [ "$(member uid=888 LD_PRELOAD="$LIBRARY" /usr/bin/python3 -S -E -c '
import errno, socket, sys
print(socket.socket(socket.AF_UNIX).connect_ex(sys.argv[1]))' "$VOLUME/group/s")" = 0 ]
}
