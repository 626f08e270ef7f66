# The neighbour and the private folders: squatted, reached by the address in /proc/net/unix or through a folder that he
# switches, or in a place where he may rename what is not his.

setup() {
    load ../programs/common
    load neighbour
    rm -rf /tmp/.qlshim-* /dev/shm/.qlshim-*
    mount_volume faulty mknod=EPERM
    mkdir -m 0700 "$VOLUME/own"
    chown "$NAMELESS_UID:$NAMELESS_UID" "$VOLUME/own"
}

teardown() {
    end_servers
    chmod 1777 /tmp
    unmount_volume
}

# A datagram client's connect, or the error's name.
aim() {
    local path=$1
    shift
    "$@" /usr/bin/python3 -S -E -c '
import errno, socket, sys
error = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM).connect_ex(sys.argv[1])
print(errno.errorcode[error] if error else "connected")' "$path"
}

# The volume persists, the container and its /tmp are new, and the neighbour was there first: he has the folder of
# `address`, which is what the victim's stale marker holds.
squat() {
    leave_stale "$VOLUME/own/s" shimmed
    address=$(readlink "$VOLUME/own/s")
    rm -rf /tmp/.qlshim-*
    neighbour mkdir -p -m 0711 "${address%/*}"
}

@test "N1: a stale link marker does not lead a client into the neighbour's folder" {
    local address
    squat
    serve "$address" theirs neighbour
    [ "$(ask "$VOLUME/own/s" nameless)" = theirs ] # the trap is laid
    [ "$(ask "$VOLUME/own/s" shimmed)" = ECONNREFUSED ]
    [ "$(ask "$VOLUME/own/s" shimmed_root)" = ECONNREFUSED ]
}

# As /run/php/php-fpm.sock does by Debian's alternatives: two links of one's own before the stale marker.
@test "N1: nor does it by links that lead to it" {
    local address link
    squat
    serve "$address" theirs neighbour
    nameless ln -s s "$VOLUME/own/alternative"
    nameless ln -s "$VOLUME/own/alternative" "$VOLUME/own/current"
    for link in alternative current; do
        [ "$(ask "$VOLUME/own/$link" nameless)" = theirs ] # the trap is laid
        [ "$(ask "$VOLUME/own/$link" shimmed)" = ECONNREFUSED ]
    done
}

@test "N1: nor is anything changed or written through links that lead to it" {
    local address how change
    leave_stale "$VOLUME/root.sock" shimmed_root
    ln -s root.sock "$VOLUME/alternative"
    ln -s "$VOLUME/alternative" "$VOLUME/current"
    address=$(readlink "$VOLUME/root.sock")
    rm -rf /tmp/.qlshim-*
    neighbour mkdir -p -m 0711 "${address%/*}"
    neighbour ln -s /tmp/secret "$address"
    for change in "chmod 666" "chown 666:666" "touch -d @9" "truncate -s 1"; do
        for how in env shimmed_root; do
            echo secret >/tmp/secret
            touch -d @1 /tmp/secret
            chmod 0600 /tmp/secret
            chown 0:0 /tmp/secret
            $how $change "$VOLUME/current" || true
            if [ "$how" = env ]; then # it would be reached
                [ "$(stat -c '%a %u %s %Y' /tmp/secret)" != "600 0 7 1" ]
            else
                [ "$(stat -c '%a %u %s %Y' /tmp/secret)" = "600 0 7 1" ] || fail "$change"
            fi
        done
    done
    rm -f /tmp/secret
}

@test "N1: nor a datagram client" {
    local address
    squat
    neighbour /usr/bin/python3 -S -E -c '
import os, socket, sys, time
server = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
server.bind(sys.argv[1])
os.chmod(sys.argv[1], 0o777)
time.sleep(20)' "$address" 3>&- &
    SERVERS+=($!)
    eventually test -S "$address"
    sleep 0.2
    [ "$(aim "$VOLUME/own/s" nameless)" = connected ]
    [ "$(aim "$VOLUME/own/s" shimmed)" = ECONNREFUSED ]
}

@test "N1: root's changes of his stale socket stay on the marker" {
    local address how change
    leave_stale "$VOLUME/root.sock" shimmed_root
    address=$(readlink "$VOLUME/root.sock")
    rm -rf /tmp/.qlshim-*
    neighbour mkdir -p -m 0711 "${address%/*}"
    neighbour ln -s /tmp/secret "$address"
    for change in "chmod 666" "chown 666:666"; do
        for how in "env" "shimmed_root"; do
            echo secret >/tmp/secret
            chmod 0600 /tmp/secret
            chown 0:0 /tmp/secret
            $how $change "$VOLUME/root.sock" || true
            if [ "$how" = env ]; then # it would be reached
                [ "$(stat -c '%a %u' /tmp/secret)" != "600 0" ]
            else
                [ "$(stat -c '%a %u' /tmp/secret)" = "600 0" ]
            fi
        done
    done
    rm -f /tmp/secret
}

@test "N2: a socket in a folder closed to others is not reached by its address in /proc/net/unix" {
    local address
    # What the kernel does.
    nameless mkdir -m 0700 /tmp/closed
    serve /tmp/closed/s bare nameless
    [ "$(ask /tmp/closed/s neighbour)" = EACCES ]
    # An open folder's socket is reached, so it is the folder that decides.
    mkdir -m 1777 "$VOLUME/open"
    serve "$VOLUME/open/s" open shimmed
    [ "$(ask "$VOLUME/open/s" neighbour)" = open ]
    [ "$(ask "$(address_in "$VOLUME/open/s")" neighbour)" = open ]
    nameless mkdir "$VOLUME/own/deeper"
    for path in own/s own/deeper/s; do
        serve "$VOLUME/$path" closed shimmed
        address=$(address_in "$VOLUME/$path")
        grep -qF "$address" /proc/net/unix
        [ "$(ask "$VOLUME/$path" shimmed)" = closed ]
        [ "$(ask "$address" neighbour)" = EACCES ]
        [ "$(ask "$address" neighbour LD_PRELOAD="$LIBRARY")" = EACCES ]
    done
    rm -rf /tmp/closed
}

@test "N2: a socket in a group's folder is reached by the group only" {
    local address
    mkdir -m 0750 "$VOLUME/group"
    chown "$NAMELESS_UID:777" "$VOLUME/group"
    serve "$VOLUME/group/s" group member LD_PRELOAD="$LIBRARY"
    address=$(address_in "$VOLUME/group/s")
    [ "$(ask "$VOLUME/group/s" member uid=888 LD_PRELOAD="$LIBRARY")" = group ]
    [ "$(ask "$address" neighbour)" = EACCES ]
}

@test "N8: a neighbour's client whose folder became a link is not told as root's" {
    local address user
    shimmed_root /usr/bin/python3 -S -E -c '
import socket, sys, time
client = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
client.bind(sys.argv[1])
time.sleep(15)' "$VOLUME/root.sock" 3>&- &
    SERVERS+=($!)
    eventually test -L "$VOLUME/root.sock"
    sleep 0.2
    address=$(readlink "$VOLUME/root.sock")
    for user in nameless shimmed; do
        rm -rf /tmp/n
        ask_for_a_name $user
        neighbour /usr/bin/python3 -S -E -c '
import os, socket, sys
address = "/tmp/n/d/" + sys.argv[1]
os.makedirs(os.path.dirname(address))
client = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
client.bind(address)
os.rename("/tmp/n/d", "/tmp/n/away")
os.symlink("/tmp", "/tmp/n/d")
client.sendto(b"x", "/tmp/server.sock")' "${address#/tmp/}"
        wait $!
        [ "$(cat /tmp/told)" = "/tmp/n/d/${address#/tmp/}" ]
    done
    rm -rf /tmp/n /tmp/told
}

@test "N9: a place that others may write without the sticky bit is no place" {
    # Where root binds, too, and where the neighbour can take away a folder of either.
    [[ "$(leave_stale "$VOLUME/own/before" shimmed && address_in "$VOLUME/own/before")" == /tmp/.qlshim-* ]]
    rm -rf /tmp/.qlshim-*
    chmod 0777 /tmp
    leave_stale "$VOLUME/own/s" shimmed
    [[ "$(address_in "$VOLUME/own/s")" == /dev/shm/.qlshim-23456/* ]]
    leave_stale "$VOLUME/root.sock" shimmed_root
    [[ "$(address_in "$VOLUME/root.sock")" == /dev/shm/.qlshim-0/* ]]
    run shimmed QLSHIM_TMPDIR=/tmp "$PROBES/loaded" "$VOLUME/own/told"
    [[ ${lines[0]} == "qlshim: "* ]]
    [ "${lines[1]}" = "loaded, EPERM" ]
    [ "${#lines[@]}" -eq 2 ]
    [ -z "$(find /tmp -maxdepth 1 -name '.qlshim-*')" ]
}

@test "N9: a folder of the victim's that the neighbour moved there is not opened" {
    nameless mkdir -m 0700 /tmp/private
    run neighbour mv /tmp/private /tmp/.qlshim-23456
    [ "$status" -ne 0 ] # with the sticky bit
    chmod 0777 /tmp
    neighbour mv /tmp/private /tmp/.qlshim-23456
    leave_stale "$VOLUME/own/s" shimmed
    [ "$(stat -c %a /tmp/.qlshim-23456)" = 700 ]
    [ -z "$(find /tmp/.qlshim-23456 -mindepth 1)" ]
}

@test "N9: a folder of nobody's above a place is a neighbour's, but where that is how the host's root is shown" {
    mkdir -m 0755 /tmp/above
    mkdir -m 1777 /tmp/above/place
    run shimmed QLSHIM_TMPDIR=/tmp/above/place "$PROBES/loaded" "$VOLUME/own/roots"
    [ "$output" = "loaded, redirected" ]
    # In a rootless container's user namespace root has no number.
    run nameless unshare --user --map-user="$NAMELESS_UID" env LD_PRELOAD="$LIBRARY" QLSHIM_TMPDIR=/tmp/above/place \
        bash -c 'stat -c %u /tmp/above; exec "$@"' bash "$PROBES/loaded" "$VOLUME/own/shown"
    [ "$output" = $'65534\nloaded, redirected' ] || fail "$output"
    chown 65534:65534 /tmp/above
    run shimmed QLSHIM_TMPDIR=/tmp/above/place "$PROBES/loaded" "$VOLUME/own/nobodys"
    [[ ${lines[0]} == "qlshim: "* ]]
    [ "${lines[1]}" = "loaded, EPERM" ] || fail "$output"
    rm -r /tmp/above
}

# By a hard link of the neighbour's in a folder of his (made by root here: fs.protected_hardlinks) what the shim logs, which
# names the neighbour may choose, would be added to any file of the victim's.
@test "a log file that is a second name of another file is left as it is" {
    nameless bash -c 'echo precious >/tmp/profile'
    neighbour mkdir -m 0777 /tmp/n
    ln /tmp/profile /tmp/n/log
    local log
    for log in /tmp/n/log /tmp/n/new; do
        run shimmed QLSHIM_LOG=info QLSHIM_LOG_FILE=$log "$PROBES/loaded" "$VOLUME/own/${log##*/}"
        [ "$output" = "loaded, redirected" ]
    done
    [ "$(cat /tmp/profile)" = precious ]
    grep -q "bind $VOLUME/own/new -> " /tmp/n/new
    rm -r /tmp/n /tmp/profile
}
