# Programs that walk, copy and move between views and what is beside them, from folders above and below, and by names
# of all lengths.

setup() {
    cd "$BATS_TEST_DIRNAME/../.."
    . tests/writable/common.bash
    begin_with_tree overlay
    export LIMIT=120
}

teardown() {
    umount /srv
}

# rsync makes the folders that it empties writable by lchmod(3).
@test "rsync --delete, --link-dest and --remove-source-files, cp --reflink, cp -al, tar, shred, mv across the border" {
    mkdir -m 777 /srv/out
    both bash -ec 'cd /srv/app; rsync -a --delete a/ lib/; diff --no-dereference -r a lib; rsync -aH --delete b/ /srv/out/b/
        diff --no-dereference -r b /srv/out/b; rsync -ac --delete /srv/out/b/ a/; diff --no-dereference -r a /srv/out/b
        cp -a --reflink=auto b b2; mv b2 /srv/out/moved; diff --no-dereference -r b /srv/out/moved; mv /srv/out/moved b3
        diff --no-dereference -r b b3; mv f /srv/out/f; [ ! -e f ]; mv /srv/out/f f; mv a/x.txt /srv/out/b/new; [ ! -e a/x.txt ]
        rsync -a --remove-source-files /srv/out/b/ c/; rm -rf /srv/out/b; rsync -a --link-dest=/srv/app/lib lib/ e/
        tar -cf - c | tar -xf - -C e; diff --no-dereference -r c e/c; cp -al c c9; ln c/x.txt hard; chmod u+w hard; echo x >hard
        [ "$(cat c/x.txt c9/x.txt) $(stat -c %h hard)" = "x
x 3" ]; install -D -m 600 f z/y/f; shred -u z/y/f; fallocate -l 100 f; split -b 10 run.sh s.; cat s.* | cmp - run.sh
        [ "$(realpath --relative-to=a b/x.txt)" = ../b/x.txt ]'
    [ -z "$(ls -A /srv/out)" ]
}

# A container begins in "/", above all views.
@test "relative paths from a folder above the view: bash, tar -C /, a program, glob, realpath, a library" {
    both bash -ec 'cd /srv; echo more >>app/f; cat app/f; mkdir app/e/new; ls app/e; mv app/d/x.txt app/e; rm -r app/b
        (cd app && tar cf /tmp/some.tar c); rm -r app/c; tar -C /srv -xf <(cd /srv/app; tar cf - --transform "s,^,app/," lib/x.txt a/b); echo app/*; [ ! -e app/c ]
        cd app; printf "#!/bin/sh\necho \$0\n" >a/mine; chmod +x a/mine; cd /; srv/app/a/mine; [ -w srv/app/run.sh ]; readlink -f srv/app/a/bin/f'
    [ "$output" = $'f\nmore\nnew\napp/a app/d app/e app/f app/lib app/run.sh\nsrv/app/a/mine\n/srv/app/a/run.sh' ] || fail "$output"
    both /usr/bin/python3 -c '
import ctypes, glob, os, subprocess
os.chdir("/srv/app/lib")
open("q.c", "w").write("int f(void) { return 5; }")
subprocess.run(["gcc", "-shared", "-fPIC", "-o", "libq.so", "q.c"], check=True)
assert ctypes.CDLL("./libq.so").f() == 5 and ctypes.CDLL("../lib/libq.so").f() == 5
os.chdir("/srv")
assert ctypes.CDLL("app/lib/libq.so").f() == 5
assert "app/lib/libq.so" in glob.glob("app/lib/*") and os.path.realpath("app/lib/q.c") == "/srv/app/lib/q.c"
assert {e.name for e in os.scandir("app/lib")} >= {"libq.so", "x.txt"} and os.stat("app/lib/q.c").st_size == 25
os.chdir("/tmp"); open("by-itself", "w").close(); os.rename("by-itself", "renamed"); os.remove("/tmp/renamed")'
}

@test "posix_spawn by a path that goes up, times of a link, what is open by its name in /proc" {
    both /usr/bin/python3 -c '
import os
os.chdir("/srv/app")
os.chmod("f", 0o755); open("f", "w").write("#!/bin/sh\nexit 7\n")
child = os.posix_spawn("lib/../f", ["f"], os.environ)
assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
os.utime("a/e", (1, 2), follow_symlinks=False)
assert os.lstat("a/e").st_mtime == 2
assert [e.inode() for e in os.scandir("a") if e.name == "e"] == [os.lstat("a/e").st_ino]
opened = os.open("c/x.txt", os.O_RDONLY)
assert os.stat(f"/proc/self/fd/{opened}").st_uid == os.getuid()
os.chmod(f"/proc/self/fd/{opened}", 0o600); open(f"/dev/fd/{opened}", "a").write("more\n")
assert open("c/x.txt").read() == "in c\nmore\n" and os.stat("c/x.txt").st_mode & 0o777 == 0o600'
}

@test "a folder of 5,000 entries, written by eight at once; paths beyond PATH_MAX; two hundred renames there and back" {
    mkdir /srv/app/big
    (cd /srv/app/big && seq -f 'f%.0f' 5000 | xargs touch)
    both bash -ec 'cd /srv/app
        for n in {1..8}; do (for ((i = n; i <= 5000; i += 80)); do echo $n >big/f$i; done; mkdir -p big/sub$((n % 3)); echo x >big/sub$((n % 3))/$n) & done; wait
        [ "$(ls big | wc -l) $(find big -type f -size +0 | wc -l)" = "5003 $((8 * 63 + 8))" ] || { find big -type f -size +0 | wc -l; false; }
        rm -rf big; [ ! -e big ]; name=$(printf "%060d" 0); path=deep; for i in {1..60}; do path=$path/$name; done; mkdir -p $path; echo far >$path/f; cd $path
        [ "$(pwd -P)" = /srv/app/$path ]; for i in {1..20}; do mkdir $name; cd -P ./$name 2>/dev/null || break; done; cd /srv/app; rm -rf deep; [ ! -e deep ]
        for i in {1..200}; do mv a a2; mv a2 a; mv -T b a/b2; mv -T a/b2 b; done; [ "$(cat a/x.txt b/lib/x.txt)" = "in a
in b/lib" ]; for i in {1..50}; do mv -T c c.old; cp -r c.old c; rm -rf c.old; done; cat c/x.txt; ! mv a a/b/c'
}

@test "glibc's fts(3) from a folder of the view, going down into folders and not: as Tcl's file copy does" {
    printf '%s\n' '#include <fts.h>' '#include <stdio.h>' '#include <sys/stat.h>' '#include <unistd.h>' \
        'static int order(const FTSENT **a, const FTSENT **b) { return __builtin_strcmp((*a)->fts_name, (*b)->fts_name); }' \
        'int main(int argc, char *argv[]) { char *paths[] = {".", NULL}; for (int i = 0; i < 2; i++) { chdir(argv[1]);' \
        'FTS *tree = fts_open(paths, FTS_PHYSICAL | (i ? FTS_NOCHDIR : 0), order);' \
        'for (FTSENT *entry; (entry = fts_read(tree)) != NULL;) printf("%s %d %o\n", entry->fts_path, entry->fts_info, entry->fts_statp->st_mode);' \
        'printf("%d\n", fts_close(tree)); } return argc != 2; }' >/tmp/walk.c
    gcc -o /srv/tmp/walk /tmp/walk.c
    cp -a /srv/app /srv/own
    chown -Rh "$NAMELESS_UID" /srv/own
    nameless bash -c 'echo >>/srv/own/f; echo >>/srv/own/a/b/new; /srv/tmp/walk /srv/own' >/tmp/own
    in_view bash -c 'echo >>/srv/app/f; echo >>/srv/app/a/b/new; /srv/tmp/walk /srv/app' | diff /tmp/own -
    [ "$(wc -l </tmp/own)" -gt 60 ]
}
