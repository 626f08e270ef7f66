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
    told=$(shimmed QLSHIM_SOCKETS=always "$PROBES/binders" 2000 /tmp/always)
    [ "$told" = "one 2000, both 0, none 0" ] || fail "always: $told"
    [ -L /tmp/always/1999 ]
    told=$(shimmed "$PROBES/binders" 2000 "$VOLUME/run")
    [ "$told" = "one 2000, both 0, none 0" ] || fail "on FUSE: $told"
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

# The names of the next trial's attempts, as anybody can work them out who may look at the private folder
# (shim/sockets/trial.c, own_number).
trial_names() {
    rm -f /tmp/.qlshim-23456/verdict-*
    neighbour /usr/bin/python3 -S -E -c '
import os
folder = os.lstat("/tmp/.qlshim-23456")
for attempt in range(3):
    mixed = 0
    for number in folder.st_dev, folder.st_ino, folder.st_ctime_ns, attempt:
        mixed = (mixed ^ number ^ mixed >> 29) * 0x9e3779b97f4a7c15 % 2**64
    print(f".qlshim-trial-23456-{mixed:016x}")'
}

# As the neighbour, KIND of thing under the first COUNT names of the trial in a folder of that name; what a bind comes to there.
bind_over() {
    local kind=$1 count=$2 name
    mkdir -m 1777 "$VOLUME/$kind$count"
    chmod 1777 "$VOLUME/$kind$count"
    for name in $(trial_names | head -n "$count"); do
        case $kind in
        file) neighbour bash -c 'echo mine >"$1"' bash "$VOLUME/$kind$count/$name" ;;
        empty) neighbour touch "$VOLUME/$kind$count/$name" ;;
        link) neighbour ln -s /etc/passwd "$VOLUME/$kind$count/$name" ;;
        folder) neighbour mkdir "$VOLUME/$kind$count/$name" ;;
        esac
    done
    shimmed "$PROBES/loaded" "$VOLUME/$kind$count/s"
}

@test "R2: what a neighbour puts under a trial's name does not decide" {
    local kind
    shimmed QLSHIM_SOCKETS=always "$PROBES/loaded" /tmp/always # makes the private folder
    mount_volume faulty
    for kind in file empty link folder; do
        [ "$(bind_over $kind 3)" = "loaded, native" ] || fail "$kind"
    done
    unmount_volume
    mount_volume faulty mknod=EPERM
    for kind in file empty link folder; do
        [ "$(bind_over $kind 2)" = "loaded, redirected" ] || fail "$kind"
        # The trap was laid: where all names are taken, nothing is found out, and the volume's word stands.
        [ "$(bind_over $kind 3)" = "loaded, EPERM" ] || fail "$kind: all"
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
