# What the files here share besides tests/programs/common.bash: the neighbour, a second uid in the same container with
# the same /tmp and the same volume, and servers and clients for him and his victims.

SERVERS=()

# The neighbour, uid 666, with nothing in his environment but PATH, HOME=/ and the NAME=value words before the command.
neighbour() {
    timeout 20 setpriv --reuid 666 --regid 666 --clear-groups env -i PATH="$PATH" HOME=/ "$@" 3>&-
}

# The user without a name, or with `uid=N` before it another, who is in the group 777.
member() {
    local uid=$NAMELESS_UID
    [[ $1 != uid=* ]] || { uid=${1#uid=}; shift; }
    timeout 20 setpriv --reuid "$uid" --regid "$uid" --groups 777 env -i PATH="$PATH" HOME=/ "$@" 3>&-
}

# Root, with the shim.
shimmed_root() {
    timeout 20 env LD_PRELOAD="$LIBRARY" "$@" 3>&-
}

end_servers() {
    local server
    for server in "${SERVERS[@]}"; do
        kill "$server" || true
    done
    SERVERS=()
}

# A server at PATH that answers each client with WORD, in the background. `chmod` of the socket is 0777.
serve() {
    local path=$1 word=$2 listens=/tmp/listens-$RANDOM-${#SERVERS[@]}
    shift 2
    # The shim leaves at once where it has reached somebody whom it does not want.
    "$@" /usr/bin/python3 -S -E -c '
import os, socket, sys
server = socket.socket(socket.AF_UNIX)
server.bind(sys.argv[1])
os.chmod(sys.argv[1], 0o777)
server.listen()
open(sys.argv[3], "w").close()
while True:
    client = server.accept()[0]
    try: client.sendall(sys.argv[2].encode())
    except OSError: pass
    client.close()' "$path" "$word" "$listens" >/dev/null 2>&1 3>&- &
    SERVERS+=($!)
    eventually test -e "$listens"
    rm "$listens"
}

# A socket at PATH that nobody listens at any more: bound by the command, which has ended.
leave_stale() {
    local path=$1
    shift
    "$@" /usr/bin/python3 -S -E -c 'import socket, sys; socket.socket(socket.AF_UNIX).bind(sys.argv[1])' "$path"
}

# What a client at PATH is answered, or the error's name.
ask() {
    local path=$1
    shift
    "$@" /usr/bin/python3 -S -E -c '
import errno, socket, sys
client = socket.socket(socket.AF_UNIX)
error = client.connect_ex(sys.argv[1])
print(errno.errorcode[error] if error else client.recv(99).decode())' "$path"
}

# The address in the marker at PATH, read without the shim.
address_in() {
    if [ -L "$1" ]; then readlink "$1"; else sed -n 2p "$1" | tr -d '\0'; fi
}

# A file marker at PATH for ADDRESS that everybody may read.
forge() {
    printf 'qlshim socket marker 1: the Unix socket of this path is bound at\n%s\n' "$2" >"$1"
    truncate -s 199 "$1"
    chmod 0666 "$1"
}

# Starts a server, run by the command, that writes to /tmp/told what the next client is called: $!.
ask_for_a_name() {
    rm -f /tmp/server.sock
    "$@" /usr/bin/python3 -S -E -c '
import os, socket
server = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
server.settimeout(10)
server.bind("/tmp/server.sock")
os.chmod("/tmp/server.sock", 0o777)
print(server.recvfrom(9)[1])' >/tmp/told 3>&- &
    eventually test -w /tmp/server.sock
    sleep 0.2
}
