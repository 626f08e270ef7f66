# A neighbour who means harm, in the folders that everybody may write: what he puts there is neither
# trusted nor followed nor removed. He is uid 666; the victim is root or the uid without a name.

setup() {
    load common
    load ../hostile/neighbour
    rm -rf /tmp/.qlshim-*
    mount_volume faulty mknod=EPERM
}

teardown() {
    end_servers
    unmount_volume
}

bind() {
    shimmed QLSHIM_LOG=info "$@" "$PROBES/loaded" "$VOLUME/$RANDOM.sock" 2>&1
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

@test "chmod through a marker does not reach what the neighbour put behind it" {
    neighbour mkdir -m 0711 /tmp/.qlshim-666
    echo secret >/tmp/secret
    chmod 0600 /tmp/secret
    neighbour ln -s /tmp/secret /tmp/.qlshim-666/0123456789abcdef
    forge "$VOLUME/m" /tmp/.qlshim-666/0123456789abcdef
    env LD_PRELOAD="$LIBRARY" chmod 0777 "$VOLUME/m"
    [ "$(stat -c %a /tmp/secret)" = 600 ]
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
        ask_for_a_name shimmed
        neighbour /usr/bin/python3 -c "$script" $address /run/trusted.sock
        wait $!
        [ "$(cat /tmp/told)" = $address ]
    done
}
