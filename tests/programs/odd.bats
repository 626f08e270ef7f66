# Odd uses of the doors (tests/probes/odd.c): with the shim they come to what they come to without it.

setup() {
    load common
    rm -rf /tmp/.qlshim-* /tmp/bare /tmp/shimmed
    VOLUME_KIND=
}

teardown() {
    [ -z "$VOLUME_KIND" ] || unmount_volume
}

# Every case on a disk, as the nameless user; in an environment in which the shim has work to do.
@test "what a program may do to its doors" {
    mkdir -m 1777 /tmp/bare /tmp/shimmed
    local case program
    for case in $("$PROBES/odd" cases); do
        for program in odd odd-musl; do
            [ "$case $program" != "small-stack odd-musl" ] || continue # musl refuses so small a stack
            run nameless "$PROBES/$program" "$case" /tmp/bare
            local bare="$status $output"
            [ -n "$output" ]
            run shimmed 'QLSHIM_A-B=1' "$PROBES/$program" "$case" /tmp/shimmed
            [ "$status $output" = "$bare" ] || fail "$case: $bare, but shimmed $status $output"
        done
    done
}

@test "a volume that refuses sockets, with paths of every length" {
    mkdir -m 1777 /tmp/bare
    run nameless "$PROBES/odd" odd-lengths /tmp/bare
    local bare=$output
    mount_volume faulty mknod=EPERM symlink=EPERM
    run shimmed "$PROBES/odd" odd-lengths "$VOLUME"
    [ "$output" = "$bare" ]
}

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

@test "a process without descriptors gives no verdict for others" {
    mount_volume faulty link=EPERM
    run shimmed "$PROBES/odd" few-descriptors "$VOLUME"
    [ "$output" = "6 bound" ]
    run shimmed "$PROBES/loaded" "$VOLUME/good.sock"
    [ "$output" = "loaded, native" ]
}

# A file marker cannot be read then. ECONNREFUSED would mean that nobody listens: programs remove such
# a socket.
@test "a process without descriptors is not told that a living server is gone" {
    mount_volume faulty mknod=EPERM symlink=EPERM
    local program
    for program in odd odd-musl; do
        run shimmed "$PROBES/$program" connect-without-descriptors "$VOLUME"
        [ "$output" = $'bind: ok\nconnect: EMFILE' ]
    done
}

# Nor where a signal, the volume or a lack of memory kept the shim from reading it.
@test "a process that cannot read a marker is not told that a living server is gone" {
    mount_volume faulty mknod=EPERM symlink=EPERM
    local failure expected
    shimmed /usr/bin/python3 -c '
import socket, sys, time
server = socket.socket(socket.AF_UNIX)
server.bind(sys.argv[1])
server.listen()
time.sleep(30)' "$VOLUME/living" 3>&- &
    eventually test -e "$VOLUME/living"
    while read -r failure expected; do
        run shimmed strace -f -o /tmp/trace -P "$VOLUME/living" -e trace=statx,openat,fstatfs,pread64 -e inject="$failure" \
            /usr/bin/python3 -S -E -c '
import errno, socket, sys
print(errno.errorcode.get(socket.socket(socket.AF_UNIX).connect_ex(sys.argv[1]), "ok"))' "$VOLUME/living"
        [ "$output" = "$expected" ] || fail "$failure: $output"
        grep -q INJECTED /tmp/trace
    done <<'END'
statx:error=EINTR:when=1 ok
openat:error=EINTR:when=1..2 ok
pread64:error=EINTR:when=1..3 ok
pread64:error=EINTR EAGAIN
statx:error=ENOMEM ENOMEM
openat:error=EIO ECONNREFUSED
fstatfs:error=EIO ECONNREFUSED
pread64:error=EIO:when=1..3 ok
pread64:error=EIO ECONNREFUSED
pread64:error=ETIMEDOUT ETIMEDOUT
openat:error=EACCES EACCES
END
    kill %1
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

# thrd_create is not a door: nothing is looked up before the second thread.
@test "a constructor that waits for a thread does not wait for ever" {
    cat >/tmp/constructor.c <<'EOF'
#include <pthread.h>
#include <threads.h>
#include <unistd.h>
static void *ask(void *nothing) { access("/", F_OK); return nothing; }
static int ask_of_c11(void *nothing) { ask(nothing); return 0; }
__attribute__((constructor)) static void wait_for_thread(void) {
#ifdef C11
    thrd_t thread;
    thrd_create(&thread, ask_of_c11, 0);
    thrd_join(thread, 0);
#else
    pthread_t thread;
    pthread_create(&thread, 0, ask, 0);
    pthread_join(thread, 0);
#endif
}
EOF
    local kind
    printf '#include <dlfcn.h>\nint main(int n, char *v[]) { return dlopen(v[1], RTLD_NOW) == 0; }' >/tmp/open.c
    gcc -o /tmp/open /tmp/open.c
    for kind in POSIX C11; do
        gcc -shared -fPIC -Wno-unused-function -D$kind -o /tmp/$kind.so /tmp/constructor.c
        LIMIT=5 nameless /tmp/open /tmp/$kind.so
        LIMIT=5 shimmed /tmp/open /tmp/$kind.so
    done
}

@test "a log line to a pipe that nobody reads does not end the program" {
    mount_volume faulty mknod=EPERM
    run shimmed QLSHIM_LOG=info /usr/bin/python3 -c "
import os, signal, socket
signal.signal(signal.SIGPIPE, signal.SIG_DFL)
reader, writer = os.pipe()
os.close(reader)
os.dup2(writer, 2)
socket.socket(socket.AF_UNIX).bind('$VOLUME/a.sock')
print('alive')"
    [ "$output" = alive ]
}

@test "a limit of the size of files does not end the program" {
    mount_volume faulty mknod=EPERM symlink=EPERM
    head -c 1024 /dev/zero >/tmp/log
    chmod 0666 /tmp/log
    local program
    for program in loaded loaded-musl; do
        run nameless bash -c "ulimit -f 0; exec $PROBES/$program $VOLUME/a.sock"
        [ "$status $output" = "0 not loaded, EPERM" ]
        run shimmed bash -c "ulimit -f 0; exec $PROBES/$program $VOLUME/a.sock"
        [ "$status $output" = "0 loaded, EFBIG" ]
        [ ! -e "$VOLUME/a.sock" ]
        run nameless bash -c "ulimit -f 1; exec env LD_PRELOAD=$LIBRARY QLSHIM_LOG_FILE=/tmp/log QLSHIM_LOG=nonsense $PROBES/$program /tmp/a.sock"
        [ "$status $output" = "0 loaded, native" ]
        rm /tmp/a.sock
    done
}

@test "a process whose real and effective uid differ binds as the effective one" {
    mount_volume faulty mknod=EPERM
    run env LD_PRELOAD="$LIBRARY" /usr/bin/python3 -c "
import os, socket
os.setresuid(34567, 23456, -1)
socket.socket(socket.AF_UNIX).bind('$VOLUME/a.sock')
print('bound', os.stat('$VOLUME/a.sock').st_uid)"
    [ "$output" = "bound 23456" ]
}

@test "a process that changes its uid is always who it is" {
    run env LD_PRELOAD="$LIBRARY" /usr/bin/python3 -c "
import os, pwd
def name(uid):
    try: return pwd.getpwuid(uid).pw_name
    except KeyError: return 'nobody'
os.seteuid(23456); print(name(23456), name(34567))
os.seteuid(0); print(name(23456), name(34567))
os.seteuid(34567); print(name(23456), name(34567))"
    [ "$output" = $'u23456 nobody\nnobody nobody\nnobody u34567' ]
}

@test "a process that changes its uid again and again does not grow" {
    local change='
import os, pwd
def change(rounds):
    for _ in range(rounds):
        for uid in 34567, 34568, 34569:
            os.seteuid(uid)
            try: assert pwd.getpwuid(uid).pw_name == f"u{uid}"
            except KeyError: named.append(uid)
            os.seteuid(0)
def pages(): return int(open("/proc/self/statm").read().split()[1])
named = []
change(10)
before = pages()
change(300)
print(len(named), pages() - before < 300)'
    run /usr/bin/python3 -c "$change"
    [[ $output == "930 "* ]] # without the shim they have no names
    run env LD_PRELOAD="$LIBRARY" /usr/bin/python3 -c "$change"
    [ "$output" = "0 True" ]
}

@test "all groups of a process are its account's, however many" {
    local list='
import os, sys
os.setgroups(range(50000, 50000 + int(sys.argv[1]))); os.setgid(23456); os.setuid(23456)
print(len(os.getgrouplist("u23456", 23456)))'
    local groups
    for groups in 0 63 64 65 1000; do
        run /usr/bin/python3 -c "$list" $groups
        [ "$output" = 1 ] # without the shim, nobody of that name has any
        run env LD_PRELOAD="$LIBRARY" /usr/bin/python3 -c "$list" $groups
        [ "$output" = $((groups + 1)) ]
    done
}

@test "somebody whom the system knows by an odd line is not taken for nameless" {
    local line ask='
import os, pwd
print(pwd.getpwuid(23456).pw_name, pwd.getpwnam("bob").pw_uid)'
    printf 'passwd: files\ngroup: files\n' >/tmp/nsswitch.conf
    mount --bind /tmp/nsswitch.conf /etc/nsswitch.conf
    for line in 'bob:x:023456:' 'bob:x: 23456:' 'bob:x:+23456:' ' bob:x:23456:'; do
        printf 'root:x:0:0::/root:/bin/sh\n%s23456::/home/bob:/bin/sh\n' "$line" >/tmp/passwd
        mount --bind /tmp/passwd /etc/passwd
        run nameless /usr/bin/python3 -c "$ask"
        [ "$output" = "bob 23456" ]
        run shimmed /usr/bin/python3 -c "$ask"
        [ "$output" = "bob 23456" ]
        umount /etc/passwd
    done
    # Nor is his name given to somebody else.
    printf ' bob:x:99:99::/home/bob:/bin/sh\n' >/tmp/passwd
    mount --bind /tmp/passwd /etc/passwd
    run shimmed USER=bob LOGNAME=bob /usr/bin/python3 -c "$ask"
    [ "$output" = "u23456 99" ]
    umount /etc/passwd /etc/nsswitch.conf
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
