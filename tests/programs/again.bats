# Programs and clients that come again and again: what they ask of the volume, and what they leave.

load common
load one_volume

# What a client does at a path where there was a marker: a FIFO that holds something, and a file.
knock_elsewhere() {
    nameless "${@:2}" /usr/bin/python3 - "$1/elsewhere.sock" <<'PYTHON'
import errno, os, socket, sys

path = sys.argv[1]

def knock():
    with socket.socket(socket.AF_UNIX) as client:
        return errno.errorcode.get(client.connect_ex(path), "ok")

server = socket.socket(socket.AF_UNIX)
server.bind(path)
server.listen()
print(knock(), knock())
os.unlink(path)
os.mkfifo(path)
fifo = os.open(path, os.O_RDWR | os.O_NONBLOCK)
os.write(fifo, b"data")
print(knock(), os.read(fifo, 9))
os.unlink(path)
with open(path, "wb") as file:
    file.write(bytes(199))
print(knock(), os.stat(path).st_size)
PYTHON
}

@test "a client that comes again takes nothing out of what is no marker" {
    mkdir -m 1777 /tmp/bare
    run knock_elsewhere /tmp/bare
    local bare=$output
    [ "$bare" = $'ok ok\nECONNREFUSED b\'data\'\nECONNREFUSED 199' ]
    mount_volume faulty mknod=EPERM symlink=EPERM
    run knock_elsewhere "$VOLUME"
    [ "$status" -ne 0 ]
    run knock_elsewhere "$VOLUME" LD_PRELOAD="$LIBRARY"
    [ "$output" = "$bare" ]
}

@test "dead sockets of short-lived programs do not pile up" {
    mount_volume faulty mknod=EPERM
    local round
    for round in 1 2; do
        for number in {1..60}; do
            shimmed QLSHIM_TMPDIR=/mnt/disk "$PROBES/loaded" "$VOLUME/$round-$number" >/dev/null
        done
        sleep 7
    done
    for number in {1..40}; do
        shimmed QLSHIM_TMPDIR=/mnt/disk "$PROBES/loaded" "$VOLUME/last-$number" >/dev/null
    done
    # 120 sockets died long ago; each of the last 40 programs looked at some thirty entries.
    [ "$(find /mnt/disk/.qlshim-23456 -type s | wc -l)" -le 60 ]
    rm -rf /mnt/disk/.qlshim-23456
}

# A client that comes again, for each request, while servers come and go.
knock_again() {
    nameless "${@:2}" /usr/bin/python3 - "$1/again.sock" <<'PYTHON'
import errno, os, socket, sys

path = sys.argv[1]

def serve():
    server = socket.socket(socket.AF_UNIX)
    server.bind(path)
    server.listen()
    return server

def knock():
    with socket.socket(socket.AF_UNIX) as client:
        try:
            client.connect(path)
            return "ok"
        except OSError as error:
            return errno.errorcode[error.errno]

server = serve()
said = [knock(), knock(), knock()]
server.close()
said += ["closed", knock()]
os.unlink(path)
said += ["removed", knock()]
server = serve()
said += ["another", knock(), knock()]
os.unlink(path)
open(path, "w").close()
said += ["a file", knock(), knock()]
print(*said)
PYTHON
}

@test "a client that comes again asks the volume for the marker alone" {
    mkdir -m 1777 /tmp/bare
    run knock_again /tmp/bare
    local bare=$output
    [[ $bare == "ok ok ok closed ECONNREFUSED removed ENOENT another ok ok a file ECONNREFUSED ECONNREFUSED" ]]
    mount_volume faulty mknod=EPERM symlink=EPERM
    run knock_again "$VOLUME"
    [ "$status" -ne 0 ]
    run knock_again "$VOLUME" LD_PRELOAD="$LIBRARY" strace -o /tmp/calls -e trace=connect
    [ "$output" = "$bare" ]
    # The native connect was tried once before the marker was known, and after the two were gone.
    [ "$(grep -c "connect(.*$VOLUME/again.sock.*ECONNREFUSED" /tmp/calls)" -eq 3 ]
    [ "$(grep -c "connect(.*$VOLUME/again.sock.*ENOENT" /tmp/calls)" -eq 1 ]
    [ "$(grep -c 'connect(.*/\.qlshim-.*= 0' /tmp/calls)" -eq 5 ]
}

# A client that connects for each request reads a marker once that is older than a volume's steps of time, and
# again where another server has come.
@test "a file marker that is not young is read once, and asked for once a connect" {
    mount_volume faulty mknod=EPERM symlink=EPERM
    local serve='
import os, socket, sys, time
server = socket.socket(socket.AF_UNIX); server.bind(sys.argv[1] + ".new"); server.listen()
os.rename(sys.argv[1] + ".new", sys.argv[1]); time.sleep(40)'
    local knock='
import socket, sys, time
def knock():
    client = socket.socket(socket.AF_UNIX); client.connect(sys.argv[1]); client.close()
for number in range(21): knock()
print("done", flush=True)
input()
for number in range(20): knock()'
    run nameless /usr/bin/python3 -S -E -c "$serve" "$VOLUME/a"
    [[ $output == *PermissionError* ]]
    shimmed /usr/bin/python3 -S -E -c "$serve" "$VOLUME/a" 3>&- &
    local servers=$! client
    eventually test -e "$VOLUME/a"
    sleep 4
    mkfifo /tmp/go
    LIMIT=60 shimmed strace -o /tmp/trace -e trace=pread64,statx,openat,connect /usr/bin/python3 -S -E -c "$knock" "$VOLUME/a" \
        </tmp/go >/tmp/said 3>&- &
    client=$!
    exec 9>/tmp/go
    eventually grep done /tmp/said
    # The first goes the long way, and the second reads what the others remember.
    [ "$(grep -c 'qlshim socket marker' /tmp/trace)" -eq 2 ]
    [ "$(grep -c "openat.*$VOLUME/a" /tmp/trace)" -eq 2 ]
    [ "$(grep -c "statx.*$VOLUME/a" /tmp/trace)" -eq 19 ]
    shimmed /usr/bin/python3 -S -E -c "$serve" "$VOLUME/a" 3>&- &
    servers+=" $!"
    eventually test ! -e "$VOLUME/a.new" -a "$VOLUME/a" -nt /tmp/said
    sleep 4
    echo >&9
    exec 9>&-
    wait $client
    [ "$(grep -c 'qlshim socket marker' /tmp/trace)" -eq 3 ]
    [ "$(grep -c 'connect(.*/\.qlshim-.*= 0' /tmp/trace)" -eq 41 ]
    [ "$(grep 'connect(.*/\.qlshim-' /tmp/trace | sed 's/.*sun_path="\([^"]*\).*/\1/' | sort -u | wc -l)" -eq 2 ]
    kill $servers || true
}
