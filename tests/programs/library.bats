# The library file itself: what it needs, where it stays out, what it costs in system calls, what it
# says.

setup() {
    load common
    rm -rf /tmp/.qlshim-*
    VOLUME_KIND=
}

teardown() {
    [ -z "$VOLUME_KIND" ] || unmount_volume
}

@test "it needs no library and no version of a symbol, and exports nothing but its doors" {
    run readelf -d "$LIBRARY"
    [[ $output != *NEEDED* ]]
    [[ $output != *TEXTREL* ]]
    run readelf -V "$LIBRARY"
    [[ $output != *GLIBC* ]]
    run nm -D --defined-only "$LIBRARY"
    [[ $output == *" bind"* ]]
    [[ $output != *settings* && $output != *memcpy* ]]
    # Before glibc 2.34 dlsym is not loaded in most programs (so the reference is weak), and _dl_sym ends the process
    # for a symbol that is not there.
    run nm -D --undefined-only "$LIBRARY"
    [[ $output == *" dl_iterate_phdr"* ]]
    [[ $output == *" w dlsym"* && $output != *_dl_sym* ]]
    # Thread-local storage and DT_RELR are beyond some of the loaders it must pass.
    run readelf -lW "$LIBRARY"
    [[ $output != *TLS* ]]
    run readelf -dW "$LIBRARY"
    [[ $output != *RELR* ]]
}

@test "stripped, it is smaller than 80 KiB" {
    strip -o /tmp/stripped.so "$LIBRARY"
    [ "$(stat -c %s /tmp/stripped.so)" -lt 81920 ]
}

@test "a definition that only dlsym finds, an IFUNC, is found before a door says ENOSYS" {
    cat >/tmp/ifunc.c <<'EOF'
static int chosen(const char *service, const char *user, const void *conversation, void **handle) { return 42; }
static void *choose(void) { return chosen; }
int pam_start(const char *service, const char *user, const void *conversation, void **handle) __attribute__((ifunc("choose")));
EOF
    printf '#include <stdio.h>\nint pam_start(const char *, const char *, const void *, void **);
int main(void) { printf("%%d\\n", pam_start("cron", "somebody", 0, 0)); }' >/tmp/start.c
    gcc -w -shared -fPIC -o /tmp/libifunc.so /tmp/ifunc.c
    gcc -o /tmp/start /tmp/start.c /tmp/libifunc.so
    [[ $(readelf --dyn-syms -W /tmp/libifunc.so) == *IFUNC*pam_start* ]]
    [ "$(nameless /tmp/start)" = 42 ]
    [ "$(shimmed /tmp/start)" = 42 ]
    # Where dlsym finds nothing either, the door says so.
    gcc -shared -fPIC -o /tmp/libifunc.so -x c /dev/null
    [ "$(shimmed /tmp/start)" = -1 ]
}

@test "the next definition is another preloaded library's, by either table of symbols" {
    cat >/tmp/next.c <<'EOF'
#include <errno.h>
#ifdef VERSIONS
/* The one that programs are linked with today is the default, @@. */
__asm__(".symver old, access@ONE\n.symver new, access@@TWO");
int old(const char *path, int mode) { errno = ENOTSUP; return -1; }
int new(const char *path, int mode) { errno = EDOM; return -1; }
#else
int access(const char *path, int mode) { errno = EDOM; return -1; }
#endif
EOF
    echo 'ONE { access; }; TWO { access; };' >/tmp/versions
    gcc -w -shared -fPIC -nostdlib -Wl,--hash-style=sysv -o /tmp/sysv.so /tmp/next.c
    gcc -w -shared -fPIC -nostdlib -Wl,--hash-style=gnu -o /tmp/gnu.so /tmp/next.c
    gcc -w -shared -fPIC -nostdlib -DVERSIONS -Wl,--hash-style=sysv,--version-script=/tmp/versions -o /tmp/sysv-versions.so /tmp/next.c
    gcc -w -shared -fPIC -nostdlib -DVERSIONS -Wl,--hash-style=gnu,--version-script=/tmp/versions -o /tmp/gnu-versions.so /tmp/next.c
    printf '#include <errno.h>\n#include <stdio.h>\n#include <unistd.h>
int main(void) { printf("%%d\\n", access("/", F_OK) == 0 ? 0 : errno); }' >/tmp/ask.c
    gcc -o /tmp/ask /tmp/ask.c
    musl-gcc -o /tmp/ask-musl /tmp/ask.c
    local kind program
    for program in ask ask-musl; do
        [ "$(LD_PRELOAD=$LIBRARY /tmp/$program)" = 0 ]
        for kind in sysv gnu sysv-versions gnu-versions; do
            [ "$program $kind" != "ask-musl sysv-versions" ] || continue # musl has no versions
            [ "$program $kind" != "ask-musl gnu-versions" ] || continue
            [ "$(LD_PRELOAD=$LIBRARY:/tmp/$kind.so /tmp/$program)" = 33 ] || fail "$program $kind"
        done
    done
}

# A server's module for PAM, say; what is mapped in between makes it come back at another place.
@test "a library that is unloaded and loaded again is called where it is then" {
    echo 'int pam_start(const char *service, const char *user, const void *talk, void **handle) { return 7; }' >/tmp/pam.c
    echo 'int pam_start(const char *, const char *, const void *, void **);
int ask(void) { void *handle; return pam_start("", "", 0, &handle); }' >/tmp/module.c
    cat >/tmp/host.c <<'EOF'
#include <dlfcn.h>
#include <stdio.h>
#include <sys/mman.h>
int main(int count, char *arguments[]) {
    (void)count;
    for (int round = 0; round < 3; round++) {
        void *module = dlopen(arguments[1], RTLD_NOW | RTLD_LOCAL);
        int (*ask)(void) = (int (*)(void))dlsym(module, "ask");
        printf("%d\n", ask());
        fflush(stdout);
        dlclose(module);
        for (int page = 0; page < 40; page++)
            mmap(NULL, 16384, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    }
    return 0;
}
EOF
    local compiler
    for compiler in gcc musl-gcc; do
        $compiler -shared -fPIC -o /tmp/libpam-$compiler.so /tmp/pam.c
        $compiler -shared -fPIC -o /tmp/module-$compiler.so /tmp/module.c -L/tmp -lpam-$compiler -Wl,-rpath,/tmp
        $compiler -o /tmp/host-$compiler /tmp/host.c
        [ "$(/tmp/host-$compiler /tmp/module-$compiler.so)" = $'7\n7\n7' ]
        [ "$(LD_PRELOAD=$LIBRARY /tmp/host-$compiler /tmp/module-$compiler.so)" = $'7\n7\n7' ]
    done
}

@test "secure mode: loaded, and inert" {
    # glibc preloads into a set-id program only what lies in a standard folder and is set-id itself.
    mkdir /tmp/upper /tmp/work
    mount -t overlay -o lowerdir=/usr/lib,upperdir=/tmp/upper,workdir=/tmp/work overlay /usr/lib
    cp "$LIBRARY" /usr/lib/libqlshim.so
    chmod 4755 /usr/lib/libqlshim.so
    cp "$PROBES/loaded" /mnt/disk/loaded
    chown daemon /mnt/disk/loaded
    chmod 4755 /mnt/disk/loaded
    cp "$PROBES/loaded" /mnt/disk/plain
    run nameless LD_PRELOAD=libqlshim.so QLSHIM_SOCKETS=always /mnt/disk/loaded /tmp/secure.sock
    [ "$output" = "loaded, native" ]
    run nameless LD_PRELOAD=libqlshim.so QLSHIM_SOCKETS=always /mnt/disk/plain /tmp/plain.sock
    [ "$output" = "loaded, redirected" ]
    umount -l /usr/lib
}

@test "QLSHIM_DISABLE=1: loaded, and inert" {
    run shimmed QLSHIM_SOCKETS=always QLSHIM_DISABLE=1 "$PROBES/loaded" /tmp/disabled.sock
    [ "$output" = "loaded, native" ]
    run shimmed QLSHIM_SOCKETS=always "$PROBES/loaded-musl" /tmp/active.sock
    [ "$output" = "loaded, redirected" ]
    run nameless "$PROBES/loaded" /tmp/bare.sock
    [ "$output" = "not loaded, native" ]
}

# The names of the system calls of a program from its first socket on.
calls() {
    strace -f -o /tmp/trace "$@" >/dev/null
    sed -n 's/^[0-9]* *\([a-z0-9_]*\)(.*/\1/p' /tmp/trace | sed -n '/^socket$/,$p'
}

@test "a disk sees a statfs before each bind, a look before each change, whether a new link leads to its socket, and a question whom a connect has reached" {
    local serve='
import os, socket, sys
os.chdir("/mnt/disk")
for kind in socket.SOCK_STREAM, socket.SOCK_DGRAM:
    server, client = socket.socket(socket.AF_UNIX, kind), socket.socket(socket.AF_UNIX, kind)
    server.bind("calls.sock")
    if kind == socket.SOCK_STREAM: server.listen()
    client.connect("calls.sock")
    if kind == socket.SOCK_STREAM: server.accept()
    else: client.sendto(b"x", "calls.sock"); server.recvfrom(9)
    server.getsockname(), client.getpeername()
    os.stat("calls.sock"), os.lstat("calls.sock"), os.access("calls.sock", os.W_OK)
    os.chmod("calls.sock", 0o600), os.utime("calls.sock"), os.chown("calls.sock", -1, -1)
    os.symlink("a" * 60, "link"), os.lstat("link"), os.unlink("link")
    os.link("calls.sock", "other"), os.rename("other", "third"), os.unlink("third")
    os.unlink("calls.sock")
    for missing in os.stat, os.lstat, os.unlink:
        try: missing("calls.sock")
        except OSError: pass
'
    chmod 1777 /mnt/disk
    calls env /usr/bin/python3 -S -E -c "$serve" >/tmp/bare
    calls env LD_PRELOAD="$LIBRARY" /usr/bin/python3 -S -E -c "$serve" >/tmp/shimmed
    [ "$(grep -c '^bind$' /tmp/bare)" -eq 2 ]
    run diff /tmp/bare /tmp/shimmed
    # A datagram socket does not say whom it has reached, so there the path is looked at.
    [ "$(grep '^[<>]' <<<"$output" | sort | uniq -c | awk '{print $3 $1}' | xargs)" = \
        "close8 connect2 geteuid1 getsockopt2 newfstatat8 openat6 readlinkat1 socket2 statfs2" ]
    ! grep '^<' <<<"$output" || false
}

# A mount's id that is never used again, by which a volume is known, exists since Linux 6.8.
knows_mounts() {
    [ "$(printf '%s\n' 6.8 "$(uname -r)" | sort -V | head -1)" = 6.8 ]
}

# How often python, running the code below, asks for the type of a filesystem by a descriptor.
asks_for_type() {
    nameless "$@" strace -f -o /tmp/asked -e trace=fstatfs,statx ${inject:+-e inject=$inject} /usr/bin/python3 -S -E -c "$ask" "$FOLDER/a.sock"
    grep -c '^[0-9]* *fstatfs(' /tmp/asked
}

@test "a volume of file markers is asked for its type once, not at every connect" {
    mount_volume faulty mknod=EPERM symlink=EPERM
    fresh_folder
    local serve='
import socket, sys, time
server = socket.socket(socket.AF_UNIX); server.bind(sys.argv[1]); server.listen(); open(sys.argv[2], "w"); time.sleep(100)'
    local ask='
import os, socket, stat, sys
for number in range(5):
    client = socket.socket(socket.AF_UNIX)
    try: client.connect(sys.argv[1])
    except OSError as error: sys.exit(f"{error.strerror}")
    assert stat.S_ISSOCK(os.stat(sys.argv[1]).st_mode)'
    LIMIT=100 shimmed /usr/bin/python3 -S -E -c "$serve" "$FOLDER/a.sock" /tmp/listening 3>&- &
    eventually test -e /tmp/listening
    sleep 4 # what is read of a younger marker is not remembered
    run asks_for_type
    [[ $output == *"Connection refused"* ]] # without the shim
    run asks_for_type LD_PRELOAD="$LIBRARY"
    # Else at each stat, and at two connects, until what was read is remembered.
    if knows_mounts; then [ "$output" = 1 ]; else [ "$output" = 7 ]; fi
    # A kernel before 4.11, and a filter of system calls of that time.
    inject=statx:error=ENOSYS run asks_for_type LD_PRELOAD="$LIBRARY"
    [ "$output" = 7 ]
    inject=statx:error=EPERM run asks_for_type LD_PRELOAD="$LIBRARY"
    [ "$output" = 7 ]
    kill %1
}

@test "what is mounted where a volume of markers was is asked anew: a locked file on it is not opened" {
    mount_volume faulty mknod=EPERM symlink=EPERM
    local script='
import fcntl, os, socket, stat, subprocess, sys
folder = sys.argv[1]
server = socket.socket(socket.AF_UNIX)
server.bind(folder + "/a")
print("socket" if stat.S_ISSOCK(os.stat(folder + "/a").st_mode) else "file")
subprocess.run(["umount", "-l", folder], check=True)
subprocess.run(["mount", "-t", "tmpfs", "tmpfs", folder], check=True)
file = open(folder + "/a", "wb")
file.write(bytes(199)); file.flush()
fcntl.lockf(file, fcntl.LOCK_EX)
print("socket" if stat.S_ISSOCK(os.stat(folder + "/a").st_mode) else "file")
if os.fork() == 0:
    try: fcntl.lockf(open(folder + "/a", "wb"), fcntl.LOCK_EX | fcntl.LOCK_NB); print("lock lost")
    except OSError: print("locked")
    sys.stdout.flush(); os._exit(0)
os.wait()
'
    run /usr/bin/python3 -S -E -u -c "$script" "$VOLUME"
    [ "$status" -ne 0 ] # the bind, without the shim
    run env LD_PRELOAD="$LIBRARY" /usr/bin/python3 -S -E -u -c "$script" "$VOLUME"
    [ "$output" = $'socket\nfile\nlocked' ]
    umount "$VOLUME"
}

@test "QLSHIM_LOG=info: one line a redirect, with both paths, the volume's type and the reason" {
    mount_volume faulty chmod=EINVAL
    run nameless "$PROBES/loaded" "$VOLUME/bare.sock"
    [ "$output" = "not loaded, native" ]
    run --separate-stderr shimmed QLSHIM_LOG=info "$PROBES/loaded" "$VOLUME/logged.sock"
    [ "$output" = "loaded, redirected" ]
    [[ $stderr =~ ^"qlshim: info: bind $VOLUME/logged.sock -> /tmp/.qlshim-23456/"[0-9a-f]{16}" (fuse: chmod of a trial socket failed with EINVAL)"$ ]]
    run --separate-stderr shimmed "$PROBES/loaded" "$VOLUME/silent.sock"
    [ "$stderr" = "" ]
    run --separate-stderr shimmed QLSHIM_SOCKETS=always QLSHIM_LOG=info "$PROBES/loaded" /tmp/a.sock
    [[ $stderr == *"(tmpfs: QLSHIM_SOCKETS=always)" ]]
    run --separate-stderr shimmed QLSHIM_LOG=info QLSHIM_LOG_FILE=/tmp/log "$PROBES/loaded" "$VOLUME/file.sock"
    [ "$stderr" = "" ]
    [ "$(wc -l </tmp/log)" -eq 1 ]
}

@test "a bad setting is named in one line, and its default used" {
    mount_volume faulty mknod=EPERM
    run --separate-stderr shimmed QLSHIM_SOCKETS=perhaps "$PROBES/loaded" "$VOLUME/a.sock"
    [ "$output" = "loaded, redirected" ]
    [ "$stderr" = "qlshim: QLSHIM_SOCKETS=perhaps: not one of auto, always, off; using auto" ]
    run --separate-stderr shimmed QLSHIM_TMPDIR=relative "$PROBES/loaded" "$VOLUME/b.sock"
    [ "$output" = "loaded, redirected" ]
    [ "${#stderr_lines[@]}" -eq 1 ]
    run --separate-stderr shimmed QLSHIM_LOG=off QLSHIM_TMPDIR=relative "$PROBES/loaded" "$VOLUME/c.sock"
    [ "$stderr" = "" ]
}

# What a program sees of a bind that cannot be redirected, and what the log says.
unavailable() {
    run --separate-stderr shimmed "$@" "$PROBES/loaded" "$VOLUME/$RANDOM.sock"
    [ "$output" = "loaded, EPERM" ]
    [ "${#stderr_lines[@]}" -eq 1 ]
    [[ $stderr == "qlshim: cannot redirect the socket $VOLUME/"*"; set QLSHIM_TMPDIR to a folder that takes sockets" ]]
    [[ $stderr == *"$reason"* ]]
    [ -z "$(ls -A "$VOLUME")" ]
}

@test "a full, a read-only and a missing QLSHIM_TMPDIR give the native error and one clear line" {
    mount_volume faulty mknod=EPERM
    mkdir /tmp/full /tmp/readonly
    mount -t tmpfs -o nr_inodes=1,mode=1777 tmpfs /tmp/full
    reason=ENOSPC unavailable QLSHIM_TMPDIR=/tmp/full
    mount -t tmpfs -o nr_inodes=3,mode=1777,remount tmpfs /tmp/full
    nameless mkdir -m 0711 /tmp/full/.qlshim-23456
    touch /tmp/full/rest
    reason=ENOSPC unavailable QLSHIM_TMPDIR=/tmp/full
    mount -t tmpfs -o ro tmpfs /tmp/readonly
    reason=EROFS unavailable QLSHIM_TMPDIR=/tmp/readonly
    reason=ENOENT unavailable QLSHIM_TMPDIR=/tmp/none
    umount /tmp/full /tmp/readonly
}

@test "where /tmp cannot be written the private folder moves on" {
    mount_volume faulty mknod=EPERM
    run shimmed "$PROBES/loaded" "$VOLUME/tmp.sock"
    [ -e /tmp/.qlshim-23456 ]
    mkdir -m 1777 /mnt/runtime
    local again=(env PATH="$PATH" bash -c 'mount -t tmpfs -o ro tmpfs /tmp && "$@"' bash)
    run unshare --mount "${again[@]}" setpriv --reuid 23456 --regid 23456 --clear-groups env -i \
        LD_PRELOAD="$LIBRARY" XDG_RUNTIME_DIR=/mnt/runtime QLSHIM_LOG=info "$PROBES/loaded" "$VOLUME/runtime.sock"
    [[ $output == *"-> /mnt/runtime/.qlshim-23456/"* ]]
    run unshare --mount "${again[@]}" setpriv --reuid 23456 --regid 23456 --clear-groups env -i \
        LD_PRELOAD="$LIBRARY" QLSHIM_LOG=info "$PROBES/loaded" "$VOLUME/shm.sock"
    [[ $output == *"-> /dev/shm/.qlshim-23456/"* ]]
    rm -rf /dev/shm/.qlshim-23456
}

@test "another mount at the same place, mostly with the same device number, is tried anew" {
    mount_volume faulty mknod=EPERM
    local place=$VOLUME
    run shimmed "$PROBES/loaded" "$place/a.sock"
    [ "$output" = "loaded, redirected" ]
    unmount_volume
    mount_volume faulty
    mount --move "$VOLUME" "$place"
    run shimmed "$PROBES/loaded" "$place/b.sock"
    [ "$output" = "loaded, native" ]
    umount "$place"
}
