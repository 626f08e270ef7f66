# What may be done to a redirected socket's path, and what may lie there: as on a disk.

load common
load one_volume

# Where the volume has no hard links, a socket is moved to its second name (sockets/second_name.c). On FAT and rclone the
# first name, a file of its own, goes.
@test "rename of a socket's one name to its other does not take the server away" {
    mkdir -m 1777 /tmp/bare
    run nameless "$PROBES/odd" rename-to-second-name /tmp/bare
    local bare=$output program kind
    [[ $bare == *$'rename: ok\nthe first is there: ok\nconnect: ok'* ]]
    for kind in 'faulty link=EPERM' 'faulty link=EPERM symlink=EPERM' 'faulty mknod=EPERM'; do
        mount_volume $kind
        for program in odd odd-musl; do
            run shimmed "$PROBES/$program" rename-to-second-name "$VOLUME"
            [ "$output" = "$bare" ] || fail "$kind: $output"
        done
        unmount_volume
    done
    VOLUME_KIND=
}

@test "a socket whose folder others may not enter is not theirs to connect to, but no dead one" {
    mount_volume faulty mknod=EPERM symlink=EPERM
    mkdir -m 0700 /tmp/runtime
    chown 34567 /tmp/runtime
    LIMIT=30 setpriv --reuid 34567 --clear-groups env LD_PRELOAD="$LIBRARY" QLSHIM_TMPDIR=/tmp/runtime timeout 20 /usr/bin/python3 -c '
import os, socket, sys, time
server = socket.socket(socket.AF_UNIX)
server.bind(sys.argv[1])
os.chmod(sys.argv[1], 0o777)
server.listen()
time.sleep(20)' "$VOLUME/theirs" 3>&- &
    eventually test -e "$VOLUME/theirs"
    chmod 0666 "$VOLUME/theirs" # as on a volume that knows no owners
    local ask='
import errno, socket, sys
print(errno.errorcode.get(socket.socket(socket.AF_UNIX).connect_ex(sys.argv[1]), "ok"))'
    run nameless /usr/bin/python3 -c "$ask" "$VOLUME/theirs"
    [ "$output" = ECONNREFUSED ]
    run shimmed /usr/bin/python3 -c "$ask" "$VOLUME/theirs"
    [ "$output" = EACCES ]
    chmod 0711 /tmp/runtime
    run shimmed /usr/bin/python3 -c "$ask" "$VOLUME/theirs"
    [ "$output" = ok ]
    kill %1
}

# What a bind without the shim leaves on FAT and rclone.
@test "an empty file that a failed bind has left is no reason for EADDRINUSE" {
    local kind program
    for kind in fat rclone 'faulty debris=EIO' 'faulty debris=EIO symlink=EPERM'; do
        mount_volume $kind
        fresh_folder
        for program in loaded loaded-musl; do
            run nameless "$PROBES/$program" "$FOLDER/$program"
            [ "$output" = "not loaded, EIO" ]
            [ "$(stat -c '%F' "$FOLDER/$program")" = "regular empty file" ]
            run nameless "$PROBES/$program" "$FOLDER/$program"
            [ "$output" = "not loaded, EADDRINUSE" ]
        done
        sleep 6
        for program in loaded loaded-musl; do
            run shimmed QLSHIM_LOG=info "$PROBES/$program" "$FOLDER/$program"
            [[ $output == *"loaded, redirected"* ]]
            [ "$(grep -c "bind $FOLDER/$program: in place of the empty file" <<<"$output")" -eq 1 ]
            run shimmed "$PROBES/$program" "$FOLDER/$program" # a stale socket now
            [ "$output" = "loaded, EADDRINUSE" ]
        done
        [ "$(ls -A "$FOLDER" | sort)" = $'loaded\nloaded-musl' ]
        unmount_volume
    done
    VOLUME_KIND=
}

# file OWNER AGE CONTENT: makes one, after which a bind there says what it says on a disk, and changes nothing.
keeps_file() {
    local file=$FOLDER/file before
    printf %s "$3" >"$file"
    chown "$1" "$file"
    chmod 0666 "$file"
    touch -d "$2" "$file"
    sleep "${waits:-6}"
    before=$(stat -c '%i %u %s %y' "$file")
    run shimmed "${settings[@]}" "$PROBES/loaded" "$file"
    [ "$output" = "loaded, EADDRINUSE" ] || fail "$* $output"
    [ "$(stat -c '%i %u %s %y' "$file")" = "$before" ]
    [ "$(ls -A "$FOLDER")" = file ]
    rm "$file"
}

@test "a file that is not empty, not one's own or not old, or lies on a disk, is not a failed bind's" {
    local kind settings=()
    for kind in 'faulty mknod=EPERM' 'faulty mknod=EPERM symlink=EPERM'; do
        mount_volume $kind
        fresh_folder
        keeps_file 23456 '1 hour ago' x
        keeps_file 34567 '1 hour ago' ''
        keeps_file 23456 '1 hour' ''
        waits=0 keeps_file 23456 '1 hour ago' '' # touched so: it was made just now
        unmount_volume
    done
    mount_volume disk
    fresh_folder
    keeps_file 23456 '1 hour ago' ''
    settings=(QLSHIM_SOCKETS=always)
    keeps_file 23456 '1 hour ago' ''
}

@test "a umask that takes everything leaves the folder of closed sockets usable" {
    local name
    mount_volume faulty mknod=EPERM
    nameless mkdir -m 0700 "$VOLUME/own"
    [ "$(nameless "$PROBES/loaded" "$VOLUME/own/bare")" = "not loaded, EPERM" ]
    for name in first second; do
        run shimmed sh -c 'umask 0777; exec "$@"' sh "$PROBES/loaded" "$VOLUME/own/$name"
        [ "$output" = "loaded, redirected" ] || fail "$name: $output"
    done
}

# A stale socket; then mknod of one in a process that meets none.
special() {
    fresh_folder
    nameless "${@:2}" "$PROBES/loaded" "$FOLDER/a" >&2
    nameless "${@:2}" "$PROBES/$1" "$FOLDER/a"
    nameless "${@:2}" "$PROBES/$1" "$FOLDER/b" new
    nameless "${@:2}" "$PROBES/loaded" "$FOLDER/c" >&2
    local step
    for step in chmod fchmodat lchmod fchmodat2 chown; do
        nameless "${@:2}" "$PROBES/$1" "$FOLDER/c" $step
    done
    ls -A "$FOLDER"
}

@test "a socket is not written, truncated or made otherwise than on a disk" {
    local kind program disk
    mount_volume disk
    declare -A disk
    for program in special special-musl; do
        disk[$program]=$(special $program 2>/dev/null)
        [ "$(grep -c ENXIO <<<"${disk[$program]}")" -ge 10 ]
        [ "$(special $program LD_PRELOAD="$LIBRARY" 2>/dev/null)" = "${disk[$program]}" ]
    done
    unmount_volume
    for kind in fat rclone 'faulty mknod=EPERM' 'faulty mknod=EPERM symlink=EPERM' 'faulty chmod=EINVAL'; do
        mount_volume $kind
        for program in special special-musl; do
            [ "$(special $program 2>/dev/null)" != "${disk[$program]}" ]
            diff <(echo "${disk[$program]}") <(special $program LD_PRELOAD="$LIBRARY" 2>&1 | grep -v '^loaded') ||
                fail "$program on $kind"
        done
        unmount_volume
    done
    VOLUME_KIND=
}

# tests/probes/old.c: __xstat and __xmknod, which are all that a libc of then has.
@test "programs built with glibc before 2.33 make and see sockets as on a disk" {
    local kind program disk
    for program in old old-musl; do
        mount_volume disk
        fresh_folder
        disk=$(nameless "$PROBES/$program" "$FOLDER")
        [ "$(grep -c '^l\?stat.*: ok, 140' <<<"$disk")" -ge 6 ]
        fresh_folder
        [ "$(shimmed "$PROBES/$program" "$FOLDER")" = "$disk" ]
        unmount_volume
        for kind in 'faulty debris=EIO' 'faulty mknod=EPERM' 'faulty mknod=EPERM symlink=EPERM'; do
            mount_volume $kind
            fresh_folder
            run nameless "$PROBES/$program" "$FOLDER"
            [[ $output == "mknod: E"* ]] || fail "$output"
            fresh_folder
            diff <(echo "$disk") <(shimmed "$PROBES/$program" "$FOLDER" 2>&1) || fail "$program on $kind"
            unmount_volume
        done
    done
    VOLUME_KIND=
}

# cp -a DIRECTORY as the nameless user, and what a shell's redirection does to a socket of a living server.
@test "cp -a copies sockets, and a redirection does not overwrite one" {
    local kind way
    mkdir -m 1777 /mnt/disk/tree
    nameless "$PROBES/loaded" /mnt/disk/tree/stale
    nameless chmod 0640 /mnt/disk/tree/stale
    for kind in fat rclone 'faulty mknod=EPERM'; do
        mount_volume $kind
        fresh_folder
        run nameless cp -a /mnt/disk/tree "$FOLDER/bare"
        [ "$status" -eq 1 ]
        [[ $output == *"cannot create special file"* ]]
        run shimmed cp -a /mnt/disk/tree "$FOLDER/copy"
        [[ $output != *"special file"* ]]
        [ "$(shimmed stat -c '%F %a' "$FOLDER/copy/stale")" = "socket 640" ]
        nameless mkdir "$FOLDER/live"
        shimmed /usr/bin/python3 -c '
import socket, sys, time
server = socket.socket(socket.AF_UNIX)
server.bind(sys.argv[1])
server.listen()
time.sleep(30)' "$FOLDER/live/socket" 3>&- &
        eventually test -e "$FOLDER/live/socket"
        run shimmed cp -a "$FOLDER/live" "$FOLDER/again"
        [[ $output != *"special file"* ]]
        [ "$(shimmed stat -c %F "$FOLDER/again/socket")" = socket ]
        # tar leaves sockets out, and says so; bare it takes the marker along.
        [[ "$(nameless tar -C "$FOLDER/live" -c . | tar -t)" == *./socket* ]]
        run shimmed tar -C "$FOLDER/live" -cf /tmp/live.tar .
        [ "$status $output" = "0 tar: ./socket: socket ignored" ] || fail "$output"
        [[ "$(tar -tf /tmp/live.tar)" != *socket* ]]
        rm /tmp/live.tar
        run shimmed bash -c '>"$1"' bash "$FOLDER/live/socket"
        [[ "$status $output" == "1 "*"No such device or address"* ]]
        run shimmed truncate -s 0 "$FOLDER/live/socket"
        [[ "$status $output" == "1 "*"No such device or address"* ]]
        run shimmed /usr/bin/python3 -c '
import socket, sys
for path in sys.argv[1:]:
    print(socket.socket(socket.AF_UNIX).connect_ex(path))' "$FOLDER/live/socket" "$FOLDER/again/socket"
        [ "$output" = $'0\n111' ]
        kill %%
        unmount_volume
    done
    VOLUME_KIND=
}

# Of a chroot without /proc: what is reached by a descriptor elsewhere is reached by its path. (By file markers it is not:
# those are opened by /proc only, since a path may be a fifo by then.)
@test "in a root without /proc a socket is bound, given a mode, found by another user, and its times are set" {
    local server='
import os, socket
server = socket.socket(socket.AF_UNIX)
server.bind("/data/s"); os.chmod("/data/s", 0o777); os.utime("/data/s", (5, 5)); server.listen()
assert (os.stat("/data/s").st_mode, os.stat("/data/s").st_mtime) == (0o140777, 5), os.stat("/data/s")
server.accept()[0].send(b"served")'
    local client='
import socket
client = socket.socket(socket.AF_UNIX); client.connect("/data/s"); print(client.recv(9).decode())'
    mkdir -p /tmp/root/{bin,lib,lib64,usr,tmp,data,build}
    chmod 1777 /tmp/root/tmp
    for folder in bin lib lib64 usr; do mount --bind "/$folder" "/tmp/root/$folder"; done
    mount --bind build /tmp/root/build
    mount_volume faulty mknod=EPERM
    mount --bind "$VOLUME" /tmp/root/data
    in_root() { timeout 30 chroot /tmp/root setpriv --reuid "$1" --regid "$1" --clear-groups env -i "${@:2}"; }
    run in_root "$NAMELESS_UID" /usr/bin/python3 -c "$server"
    [[ $output == *"PermissionError: [Errno 1]"* ]]
    in_root "$NAMELESS_UID" LD_PRELOAD=/build/libqlshim.so /usr/bin/python3 -c "$server" &
    eventually in_root 34567 LD_PRELOAD=/build/libqlshim.so /usr/bin/python3 -c "$client"
    wait $!
    umount /tmp/root/data
    umount /tmp/root/{bin,lib,lib64,usr,build}
}
