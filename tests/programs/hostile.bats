# A neighbour who means harm, in the folders that everybody may write: what he puts there is neither
# trusted nor followed nor removed. He is uid 666; the victim is root or the uid without a name.

setup() {
    load common
    rm -rf /tmp/.qlshim-*
    mount_volume faulty mknod=EPERM
    SERVERS=()
}

teardown() {
    local server
    for server in "${SERVERS[@]}"; do
        kill "$server" || true
    done
    unmount_volume
}

neighbour() {
    timeout 20 setpriv --reuid 666 --regid 666 --clear-groups env -i PATH="$PATH" HOME=/ "$@" 3>&-
}

bind() {
    shimmed QLSHIM_LOG=info "$@" "$PROBES/loaded" "$VOLUME/$RANDOM.sock" 2>&1
}

# A server at PATH that answers each client with WORD, in the background; for root as for others.
serve() {
    local path=$1 word=$2
    shift 2
    "$@" /usr/bin/python3 -c '
import socket, sys
server = socket.socket(socket.AF_UNIX)
server.bind(sys.argv[1])
server.listen()
while True:
    client = server.accept()[0]
    client.sendall(sys.argv[2].encode())
    client.close()' "$path" "$word" >/dev/null 2>&1 3>&- &
    SERVERS+=($!)
    eventually test -e "$path"
}

ask() {
    local path=$1
    shift
    "$@" /usr/bin/python3 -c '
import errno, socket, sys
client = socket.socket(socket.AF_UNIX)
error = client.connect_ex(sys.argv[1])
print(errno.errorcode[error] if error else client.recv(99).decode())' "$path"
}

# A file marker at PATH for ADDRESS that everybody may connect to.
forge() {
    printf 'qlshim socket marker 1: the Unix socket of this path is bound at\n%s\n' "$2" >"$1"
    truncate -s 199 "$1"
    chmod 0666 "$1"
}

@test "a squatted, linked or open private folder is passed over and left alone" {
    mkdir -m 0755 /tmp/victim
    neighbour mkdir -m 0777 /tmp/.qlshim-23456
    [[ "$(bind)" == *"/tmp/.qlshim-23456-1/"*redirected ]]
    ln -s /tmp/victim /tmp/.qlshim-0
    run env LD_PRELOAD="$LIBRARY" QLSHIM_LOG=info "$PROBES/loaded" "$VOLUME/root.sock"
    [[ $output == *"/tmp/.qlshim-0-1/"*redirected ]]
    chmod 0777 /tmp/.qlshim-23456-1
    [[ "$(bind)" == *"/tmp/.qlshim-23456-2/"*redirected ]]
    [ -z "$(find /tmp/victim /tmp/.qlshim-23456 -mindepth 1)" ]
    rm -rf /tmp/victim /tmp/.qlshim-*
}

@test "all names squatted: the native error and one line, no harm" {
    local suffix
    for suffix in "" -{1..9} -{a..f}; do
        neighbour mkdir -m 0777 "/tmp/.qlshim-23456$suffix"
    done
    run bind QLSHIM_TMPDIR=/tmp
    [[ ${lines[0]} == "qlshim: cannot redirect the socket "*EEXIST* ]]
    [ "${lines[1]}" = "loaded, EPERM" ]
    [ "${#lines[@]}" -eq 2 ]
    rm -rf /tmp/.qlshim-*
}

@test "a private folder that is replaced while in use is not used any more" {
    mkdir -m 0777 /mnt/open # without the sticky bit: the neighbour may rename what is in it
    serve "$VOLUME/first.sock" mine shimmed QLSHIM_TMPDIR=/mnt/open
    [ "$(ask "$VOLUME/first.sock" shimmed)" = mine ]
    local address
    address=$(readlink "$VOLUME/first.sock")
    neighbour mv /mnt/open/.qlshim-23456 /mnt/open/away
    neighbour mkdir -m 0711 /mnt/open/.qlshim-23456
    serve "$address" theirs neighbour
    # The marker leads to the neighbour's server now. Without the shim a client is taken in.
    chmod 0777 "$address"
    rm "$VOLUME/first.sock"
    forge "$VOLUME/first.sock" "$address"
    [ "$(ask "$address" nameless)" = theirs ]
    [ "$(ask "$VOLUME/first.sock" shimmed)" = ECONNREFUSED ]
    [[ "$(bind QLSHIM_TMPDIR=/mnt/open)" == *"/mnt/open/.qlshim-23456-1/"*redirected ]]
    rm -rf /mnt/open
}

@test "a forged marker is an ordinary file" {
    serve /tmp/trap.sock trap neighbour
    chmod 0777 /tmp/trap.sock
    local address
    for address in /tmp/trap.sock /tmp/.qlshim-666/../trap.sock; do
        forge "$VOLUME/forged" "$address"
        [ "$(ask "$VOLUME/forged" shimmed)" = ECONNREFUSED ]
        [ "$(shimmed stat -c %F "$VOLUME/forged")" = "regular file" ]
    done
    rm -f /tmp/trap.sock
}

@test "a truncated marker, an empty one and a FIFO neither hang nor lead anywhere" {
    printf 'qlshim socket marker 1: the Unix socket' >"$VOLUME/short"
    truncate -s 199 "$VOLUME/zeros"
    : >"$VOLUME/empty"
    mkfifo "$VOLUME/fifo"
    local name
    for name in short zeros empty fifo; do
        [ "$(LIMIT=5 ask "$VOLUME/$name" shimmed)" = "$(LIMIT=5 ask "$VOLUME/$name" nameless)" ]
        [ -e "$VOLUME/$name" ]
    done
}

@test "a user's file or link at a socket's path is not touched" {
    echo precious >"$VOLUME/file"
    ln -s "$VOLUME/file" "$VOLUME/link"
    ln -s /tmp/nowhere "$VOLUME/dangling"
    local name
    for name in file link dangling; do
        [ "$(shimmed "$PROBES/loaded" "$VOLUME/$name")" = "loaded, EADDRINUSE" ]
    done
    [ "$(cat "$VOLUME/file" "$VOLUME/link")" = $'precious\nprecious' ]
    [ ! -e /tmp/nowhere ]
    [ "$(readlink "$VOLUME/dangling")" = /tmp/nowhere ]
}

@test "a file under the trial's name is not removed, and a link there not followed" {
    mkdir -m 1777 "$VOLUME/a" "$VOLUME/b"
    echo precious >"$VOLUME/a/.qlshim-trial-23456"
    [ "$(shimmed "$PROBES/loaded" "$VOLUME/a/x.sock")" = "loaded, EPERM" ]
    [ "$(cat "$VOLUME/a/.qlshim-trial-23456")" = precious ]
    echo precious >/tmp/target
    chmod 0604 /tmp/target
    chown 23456 /tmp/target
    shimmed ln -s /tmp/target "$VOLUME/b/.qlshim-trial-23456"
    [ "$(shimmed "$PROBES/loaded" "$VOLUME/b/x.sock")" = "loaded, redirected" ]
    [ "$(stat -c %a /tmp/target) $(cat /tmp/target)" = "604 precious" ]
}

@test "chmod through a marker does not reach what the neighbour put behind it" {
    neighbour mkdir -m 0711 /tmp/.qlshim-666
    echo secret >/tmp/secret
    chmod 0600 /tmp/secret
    neighbour ln -s /tmp/secret /tmp/.qlshim-666/0123456789abcdef
    forge "$VOLUME/m" /tmp/.qlshim-666/0123456789abcdef
    env LD_PRELOAD="$LIBRARY" chmod 0777 "$VOLUME/m"
    [ "$(stat -c %a /tmp/secret)" = 600 ]
}

# What stands at the address when root has looked, and what he then changes: strace holds him for a second behind
# each look.
@test "chmod and chown through a marker do not reach what the neighbour puts there a moment later" {
    local folder=/tmp/.qlshim-666 change
    neighbour mkdir -m 0711 $folder
    forge "$VOLUME/m" $folder/0123456789abcdef
    for change in 'os.chmod(path, 0o777)' 'os.chown(path, 666, 666)'; do
        rm -f $folder/*
        neighbour /usr/bin/python3 -c "import socket; socket.socket(socket.AF_UNIX).bind('$folder/0123456789abcdef')"
        echo secret >/tmp/secret
        chmod 0600 /tmp/secret
        if [[ $change == *chmod* ]]; then
            neighbour ln -s /tmp/secret $folder/other
        else
            cp -p /tmp/secret $folder/other # in place of a hard link, where the kernel allows one
        fi
        env LD_PRELOAD="$LIBRARY" timeout 20 strace -f -o /tmp/trace -P $folder/0123456789abcdef -e trace=newfstatat \
            -e inject=newfstatat:delay_exit=1000000 /usr/bin/python3 -S -E -c "
import os, stat
path = '$VOLUME/m'
assert stat.S_ISSOCK(os.stat(path).st_mode)
open('/tmp/looked', 'w').close()
try: $change
except OSError as error: print(error)" 3>&- &
        eventually test -e /tmp/looked
        sleep 0.5
        mv -T $folder/other $folder/0123456789abcdef
        wait $!
        [ "$(grep -c newfstatat /tmp/trace)" -ge 2 ]
        [ "$(stat -L -c '%a %u' $folder/0123456789abcdef)" = "600 0" ]
        rm /tmp/looked
    done
}

# Starts a server of the nameless user that writes to /tmp/told what the next client is called: $!.
ask_for_a_name() {
    rm -f /tmp/server.sock
    shimmed /usr/bin/python3 -c '
import os, socket
server = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
server.settimeout(10)
server.bind("/tmp/server.sock")
os.chmod("/tmp/server.sock", 0o777)
print(server.recvfrom(9)[1])' >/tmp/told 3>&- &
    eventually test -w /tmp/server.sock
    sleep 0.2
}

@test "a neighbour has the names that he binds, and no others" {
    local address script='
import os, socket, sys
address, name = sys.argv[1:]
os.makedirs(os.path.dirname(address), exist_ok=True)
client = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
client.bind(address)
os.symlink(name, address + ".name")
client.sendto(b"x", "/tmp/server.sock")'
    for address in /tmp/.qlshim-666/0123456789abcdef /tmp/mine/.qlshim-23456/0123456789abcdef; do
        ask_for_a_name
        neighbour /usr/bin/python3 -c "$script" $address /run/trusted.sock
        wait $!
        [ "$(cat /tmp/told)" = $address ]
    done
    # A client that binds there by the shim is told by its name to servers of others.
    rm -rf /tmp/.qlshim-666
    ask_for_a_name
    neighbour LD_PRELOAD="$LIBRARY" /usr/bin/python3 -c '
import socket, sys
client = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
client.bind(sys.argv[1])
client.sendto(b"x", "/tmp/server.sock")' "$VOLUME/client.sock"
    wait $!
    [ "$(cat /tmp/told)" = "$VOLUME/client.sock" ]
}
