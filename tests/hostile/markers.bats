# Markers that the neighbour makes, and name records: they speak for nobody's sockets but his own.

setup() {
    load ../programs/common
    load neighbour
    rm -rf /tmp/.qlshim-*
    mount_volume faulty mknod=EPERM
    mkdir -m 0700 "$VOLUME/own"
    chown "$NAMELESS_UID:$NAMELESS_UID" "$VOLUME/own"
    leave_stale "$VOLUME/own/s" shimmed
    shimmed chmod 0700 "$VOLUME/own/s"
    ADDRESS=$(address_in "$VOLUME/own/s")
}

teardown() {
    end_servers
    unmount_volume
}

# The socket's mode and owner; its group is as it was.
socket_is() {
    [ "$(stat -c '%F %a %u %g' "$ADDRESS")" = "socket $1 $NAMELESS_UID" ]
}

# The neighbour's folder with a link and a file marker for the victim's socket.
lay_markers() {
    rm -rf "$VOLUME/n"
    neighbour mkdir -m 0777 "$VOLUME/n"
    neighbour ln -s "$ADDRESS" "$VOLUME/n/link"
    forge "$VOLUME/n/file" "$ADDRESS"
    chown 666:666 "$VOLUME/n/file"
}

# What lstat says of all in the neighbour's folder.
appearance() {
    stat -c '%n %F %a %u' "$VOLUME"/n/*
}

@test "N3: a marker of the socket's owner speaks for it" {
    shimmed chmod 0711 "$VOLUME/own/s"
    socket_is "711 $NAMELESS_UID"
    shimmed python3 -S -E -c 'import os, sys; os.chmod(sys.argv[1], 0o770, follow_symlinks=False)' "$VOLUME/own/s"
    socket_is "770 $NAMELESS_UID"
    # Root too, by the owner's marker: of the socket's own place its record tells.
    shimmed_root chown -R ":666" "$VOLUME/own"
    [ "$(stat -c '%u %g' "$ADDRESS")" = "$NAMELESS_UID 666" ]
    shimmed_root chown -h "777:$NAMELESS_UID" "$VOLUME/own/s"
    socket_is "770 777"
}

@test "N3: a neighbour's marker is the link or the file that it is" {
    lay_markers
    local user
    for user in shimmed shimmed_root; do
        [ "$($user stat -c %F "$VOLUME/own/s")" = socket ]
        [ "$($user stat -c '%F %a %u' "$VOLUME/n/link")" = "symbolic link 777 666" ]
        [ "$($user stat -c '%F %a %u %s' "$VOLUME/n/file")" = "regular file 666 666 199" ]
    done
}

# In a folder of the neighbour's these change only what lies there, to the same as without the shim.
@test "N3: changes of a whole folder by root do not leave it" {
    local change bare
    local -a changes=(
        "chmod -R 0777 $VOLUME/n"
        "chown -Rc 888:888 $VOLUME/n"
        "chown -Rv 888:888 $VOLUME/n"
        "chgrp -Rc 888 $VOLUME/n"
        "find $VOLUME/n -mindepth 1 -exec chown -h 888:888 {} +"
        "find $VOLUME/n -mindepth 1 -type f -exec chmod 0751 {} +"
        "python3 -S -E -c 'import os; os.lstat(\"$VOLUME/n/link\"); os.lchown(\"$VOLUME/n/link\", 888, 888); os.lchown(\"$VOLUME/n/file\", 888, 888)'"
        "python3 -S -E -c 'import os; os.stat(\"$VOLUME/n/file\"); os.chmod(\"$VOLUME/n/file\", 0o751)'"
    )
    for change in "${changes[@]}"; do
        lay_markers
        timeout 20 bash -c "$change" >/dev/null
        bare=$(appearance)
        lay_markers
        shimmed_root bash -c "$change" >/dev/null
        socket_is "700 $NAMELESS_UID" || fail "$change changed the socket: $(stat -c '%a %u' "$ADDRESS")"
        [ "$(appearance)" = "$bare" ] || fail "$change: $(appearance) in place of $bare"
    done
}

@test "N3: nor does an archive that root unpacks" {
    lay_markers
    chmod 0777 "$VOLUME/n/file"
    tar -C "$VOLUME/n" -cf /tmp/archive.tar link file
    local bare
    rm "$VOLUME"/n/*
    tar -C "$VOLUME/n" -xpf /tmp/archive.tar --same-owner
    bare=$(appearance)
    rm "$VOLUME"/n/*
    shimmed_root tar -C "$VOLUME/n" -xpf /tmp/archive.tar --same-owner
    socket_is "700 $NAMELESS_UID"
    [ "$(appearance)" = "$bare" ]
}

# Who copies what the neighbour has laid has a marker of his own then, in which his own socket's address may stand.
@test "N3: a copy of a neighbour's marker gives nobody the socket of whoever has made it" {
    local copy socket user
    leave_stale "$VOLUME/roots" shimmed_root
    shimmed_root chmod 0700 "$VOLUME/roots"
    local -a copies=(
        "cp -a $VOLUME/n /tmp/copy"
        "rsync -a $VOLUME/n /tmp/copy"
        "mkdir /tmp/copy; tar -C $VOLUME -c n | tar -C /tmp/copy -x -p"
        "python3 -S -E -c 'import shutil; shutil.copytree(\"$VOLUME/n\", \"/tmp/copy\", symlinks=True)'"
        "ln -s \$(readlink $VOLUME/n/link) /tmp/copy; python3 -S -E -c 'import os; os.chmod(\"/tmp/copy\", 0o777, follow_symlinks=False)'"
        "cp -a $VOLUME/n /tmp/copy; chown -Rh \$(id -u):777 /tmp/copy"
    )
    for user in shimmed_root member; do
        socket=$(address_in "$VOLUME/roots")
        [ $user = shimmed_root ] || socket=$ADDRESS
        lay_markers
        rm "$VOLUME"/n/*
        neighbour ln -s "$socket" "$VOLUME/n/link"
        chown -h 666:777 "$VOLUME/n/link"
        chmod 0755 "$VOLUME/n"
        for copy in "${copies[@]}"; do
            $user LD_PRELOAD="$LIBRARY" bash -c "$copy" || true
            [ "$(readlink /tmp/copy/n/link || readlink /tmp/copy/link || readlink /tmp/copy)" = "$socket" ]
            [ "$(stat -c '%a %g' "$socket")" = "700 $([ $user = member ] && echo $NAMELESS_UID || echo 0)" ] || fail "$user, $copy: $(stat -c '%a %u %g' "$socket")"
            rm -r /tmp/copy
        done
    done
    # As an archive may have it: the link is the victim's, and root gives the folder away then.
    mkdir /tmp/copy
    ln -s "$ADDRESS" /tmp/copy/link
    chown -h "$NAMELESS_UID" /tmp/copy/link
    shimmed_root chown -R 666 /tmp/copy
    socket_is "700 $NAMELESS_UID"
    rm -r /tmp/copy
}

@test "N3: nor does a change by the victim in a shared folder" {
    mkdir -m 1777 "$VOLUME/shared"
    neighbour ln -s "$ADDRESS" "$VOLUME/shared/link"
    forge "$VOLUME/shared/file" "$ADDRESS"
    chown 666:666 "$VOLUME/shared/file"
    shimmed chmod -R 0777 "$VOLUME/shared" 2>/dev/null || true
    shimmed /usr/bin/python3 -S -E -c '
import os, sys
assert os.path.exists(sys.argv[1] + "/own/s")
try:
    os.chmod(sys.argv[1] + "/shared/file", 0o777)
    print("changed")
except PermissionError: pass' "$VOLUME" >/tmp/said
    [ ! -s /tmp/said ]
    socket_is "700 $NAMELESS_UID"
}

# Who looks first is not led away: what is a socket of V's to lstat cannot be the neighbour's to switch.
@test "N7: lstat in a sticky folder says whose a marker is" {
    mkdir -m 1777 "$VOLUME/sticky"
    neighbour ln -s "$ADDRESS" "$VOLUME/sticky/link"
    forge "$VOLUME/sticky/file" "$ADDRESS"
    chown 666:666 "$VOLUME/sticky/file"
    shimmed /usr/bin/python3 -S -E -c '
import os, stat, sys
def told(path):
    status = os.lstat(sys.argv[1] + path)
    return "%s %d" % (stat.filemode(status.st_mode)[0], status.st_uid)
print(told("/own/s"), told("/sticky/link"), told("/sticky/file"), sep=", ")' "$VOLUME" >/tmp/said
    [ "$(cat /tmp/said)" = "s $NAMELESS_UID, l 666, - 666" ]
    # Where root made it, and where the owner did, it is the socket.
    ln -s "$ADDRESS" "$VOLUME/sticky/by-root"
    nameless ln -s "$ADDRESS" "$VOLUME/sticky/by-owner"
    [ "$(shimmed stat -c '%F %u' "$VOLUME/sticky/by-root")" = "socket $NAMELESS_UID" ]
    [ "$(shimmed stat -c '%F %u' "$VOLUME/sticky/by-owner")" = "socket $NAMELESS_UID" ]
}

# Asks a server of the nameless user what its client is called, which is bound at a private address of the neighbour's
# with a record of a name on the volume. The volume's server stands still meanwhile.
told_at_once() {
    local user=$1 type=$2 address=/tmp/.qlshim-666/0123456789abcdef
    rm -rf /tmp/.qlshim-666 /tmp/told /tmp/server.sock
    neighbour mkdir -m 0711 /tmp/.qlshim-666
    $user /usr/bin/python3 -S -E -c '
import os, socket, sys
server = socket.socket(socket.AF_UNIX, getattr(socket, sys.argv[1]))
server.bind("/tmp/server.sock")
os.chmod("/tmp/server.sock", 0o777)
if server.type == socket.SOCK_STREAM:
    server.listen()
    print(server.accept()[1])
else:
    print(server.recvfrom(9)[1])' "$type" >/tmp/told 3>&- &
    local server=$!
    eventually test -w /tmp/server.sock
    sleep 0.2
    kill -STOP "$VOLUME_PID"
    neighbour /usr/bin/python3 -S -E -c '
import os, socket, sys, time
client = socket.socket(socket.AF_UNIX, getattr(socket, sys.argv[1]))
client.bind(sys.argv[2])
os.symlink(sys.argv[3], sys.argv[2] + ".name")
client.connect("/tmp/server.sock")
client.send(b"x")
time.sleep(1)' "$type" "$address" "$VOLUME/hang/name.sock" || true
    WAIT=3 eventually test -s /tmp/told >/dev/null || true
    cat /tmp/told # what was told while the volume stood still
    kill -CONT "$VOLUME_PID"
    wait "$server" || true
}

@test "N10: a neighbour's name record on a volume that does not answer holds no server up" {
    local type
    for type in SOCK_STREAM SOCK_DGRAM; do
        [ "$(told_at_once nameless $type)" = /tmp/.qlshim-666/0123456789abcdef ]
        [ "$(told_at_once shimmed $type)" = /tmp/.qlshim-666/0123456789abcdef ]
    done
}

# A hard link of somebody's socket in the neighbour's private folder (made by root here: fs.protected_hardlinks, which most
# machines have set, keeps the neighbour from making one now, not from having one).
@test "N3: a marker of the neighbour's does not lead to a socket of another's that he has a hard link of" {
    local change
    leave_stale /tmp/roots.sock env
    neighbour mkdir -m 0711 /tmp/.qlshim-666
    ln /tmp/roots.sock /tmp/.qlshim-666/0123456789abcdef
    for change in "chmod -R 0777" "chown -R 888:888"; do
        ADDRESS=/tmp/.qlshim-666/0123456789abcdef
        lay_markers
        chmod 0600 /tmp/roots.sock
        shimmed_root $change "$VOLUME/n" || true # the neighbour's markers are stale
        [ "$(stat -c '%a %u' /tmp/roots.sock)" = "600 0" ] || fail "$change: $(stat -c '%a %u' /tmp/roots.sock)"
    done
}

# Where a volume shows another owner of what one makes, that is recorded for the marker's sake: of the marker that was made,
# not of what the neighbour has put into its place in a folder that both may write. (File markers are asked by their
# descriptor, which the driver of this volume does not tell from their path.)
@test "N3: the neighbour's file in a new marker's place is not recorded as the victim's" {
    local racer
    mkdir -m 0777 "$VOLUME/shared"
    chmod 0777 "$VOLUME/shared"
    neighbour /usr/bin/python3 -S -E -c '
import os, sys, time
path, own = sys.argv[1] + "/s", sys.argv[1] + "/own"
end, count = time.monotonic() + 5, 0
while time.monotonic() < end:
    try:
        os.lstat(path)
        open(own, "w").close()
        os.rename(own, path)
        count += 1
    except OSError: pass
print(count)' "$VOLUME/shared" >/tmp/replaced 3>&- &
    racer=$!
    shimmed strace -qq -o /dev/null -e inject=symlinkat:delay_exit=3000 /usr/bin/python3 -S -E -c '
import os, socket, sys, time
end = time.monotonic() + 3
while time.monotonic() < end:
    server = socket.socket(socket.AF_UNIX)
    try: server.bind(sys.argv[1])
    except OSError: pass
    try: os.unlink(sys.argv[1])
    except OSError: pass' "$VOLUME/shared/s"
    wait $racer
    [ "$(cat /tmp/replaced)" -gt 10 ]
    [ -z "$(find /tmp/.qlshim-23456 -name '*.owner' -printf '%l\n')" ]
}

# lstat(2) goes nowhere, whatever a link says.
@test "N10: a neighbour's marker that leads to a volume that does not answer holds up nobody who lists his folder" {
    local hung=$VOLUME hung_pid=$VOLUME_PID user
    mount_volume faulty mknod=EPERM
    neighbour mkdir -m 0777 "$VOLUME/n"
    neighbour ln -s "$hung/place/.qlshim-666/0123456789abcdef" "$VOLUME/n/link"
    forge "$VOLUME/n/file" "$hung/place/.qlshim-$NAMELESS_UID/0123456789abcdef"
    chown 666:666 "$VOLUME/n/file"
    for user in shimmed shimmed_root; do
        $user ls -l "$VOLUME/n" # what is met first
    done
    kill -STOP "$hung_pid"
    for user in nameless shimmed shimmed_root; do
        LIMIT=5 run $user timeout 4 bash -c 'ls -l "$1" && stat -L "$1/file" && [ -w "$1/file" ]' bash "$VOLUME/n"
        [ "$status" -eq 0 ] || break
    done
    kill -CONT "$hung_pid"
    [ "$status" -eq 0 ] || fail "$user: $status"
    unmount_volume
    VOLUME=$hung VOLUME_PID=$hung_pid
}
