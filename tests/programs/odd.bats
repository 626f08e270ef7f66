# Odd uses of the doors (tests/probes/odd.c): with the shim they come to what they come to without it.

load common
load one_volume

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
