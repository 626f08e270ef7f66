# Programs that go by ways of their own, in a view of root's tree as in one's own; and a neighbour who is there first.

setup() {
    cd "$BATS_TEST_DIRNAME/../.."
    . tests/writable/common.bash
    begin_with_tree overlay
    echo secret >/srv/outside
    ln -s ../outside /srv/app/out
}

teardown() {
    umount /srv
}

# What it says in one's own tree, said again in the view; bare it says something else there.
same_as_own() {
    mkdir /srv/own
    cp -a /srv/app /srv/outside /srv/own
    chown -Rh "$NAMELESS_UID:$NAMELESS_UID" /srv/own/app
    nameless "$@" /srv/own/app >/tmp/own || fail "in one's own tree: $?"
    lower_state >/tmp/lower
    ! nameless "$@" /srv/app | cmp -s - /tmp/own || fail "bare says the same"
    in_view "$@" /srv/app >/tmp/view || fail "in the view: $?"
    diff /tmp/own /tmp/view
    lower_unchanged
}

@test "openat2, O_TMPFILE, glob, nftw, inotify, a removed folder, scripts without an environment" {
    same_as_own "$PROBES/passers"
    [ "$(wc -l </tmp/view)" -gt 30 ]
}

@test "the same of musl" {
    same_as_own "$PROBES/passers-musl"
}

# Above a view nothing is viewed, by ".." as by its path: what is the user's there is written, and what was made
# since the view was set up is seen.
@test "a folder of the user's above a view: .. out of it leads there" {
    local script='cd $0/app; mkdir lib/mine; cd lib; cd ..; echo >../late; cd e; echo new >../../new; ls ../..
        cat ../../late; mkdir ../../dir; mv ../../dir ../../moved; rm ../../late; mv ../lib/mine ../..; mv ../d ../../d; ls ../.. ../../d
        find ../.. -name "x*" | sort; python3 -c "
import os
os.chdir(\"../..\"); print(os.getcwd(), sorted(os.listdir(\".\"))); folder = os.open(\"app/lib\", os.O_RDONLY)
print(sorted(os.listdir(os.open(\"../..\", os.O_RDONLY, dir_fd=folder))), os.stat(\"../../new\", dir_fd=folder).st_size)
os.close(os.open(\"../../by\", os.O_CREAT | os.O_WRONLY, dir_fd=folder)); print(sorted(os.listdir(\".\")))"'
    mkdir /srv/mine
    mv /srv/app /srv/mine
    chown "$NAMELESS_UID:$NAMELESS_UID" /srv/mine
    install -d -o "$NAMELESS_UID" /srv/copy
    cp -a /srv/mine/app /srv/copy
    chown -Rh "$NAMELESS_UID:$NAMELESS_UID" /srv/copy
    run nameless bash -ec "$script" /srv/mine
    [ "$status" -ne 0 ]
    nameless bash -ec "$script" /srv/copy | sed s,/srv/copy,/srv/mine, >/tmp/own
    WRITABLE=/srv/mine/app in_view bash -ec "$script" /srv/mine | diff /tmp/own -
    [ -e /srv/mine/by ] && [ -e /srv/mine/mine ] && [ -d /srv/mine/app/d ]
}

# What the fuzzer found, and would look for again only by chance.
@test "a folder that is open and replaced by another is gone (seed 893); one that is not writable is not moved (896)" {
    both /usr/bin/python3 -c '
import os
os.chdir("/srv/app")
folder = os.open("e", os.O_RDONLY)
assert os.listdir(folder) == []
os.rename("d", "e")
assert sorted(os.listdir("e")) == ["f", "x.txt"]
for call in lambda: os.stat("x.txt", dir_fd=folder), lambda: os.open("new", os.O_CREAT | os.O_WRONLY, dir_fd=folder):
    try: call()
    except FileNotFoundError: pass
    else: raise SystemExit("the new folder is found by the old one, which is gone")
assert os.listdir(folder) == [] and os.stat(folder).st_nlink == 0
os.chmod("c", 0o555)
try: os.rename("c", "a/b")
except PermissionError: pass
else: raise SystemExit("moved")
os.rename("c", "c2"); os.rename("c2", "c"); os.chmod("c", 0o755)
try: os.rename("c", "a/b")
except OSError as error: assert error.errno == 39 # ENOTEMPTY
os.rename("c", "a/b/c/c")'
}

@test "out of reach, as README says: a static program, and a walk by glibc's own fts(3), see the image as it is" {
    printf '%s\n' '#include <fts.h>' '#include <stdio.h>' '#include <string.h>' 'int main(int argc, char *argv[]) {' \
        'char *paths[] = {argv[1], NULL}; FTS *tree = fts_open(paths, FTS_PHYSICAL, NULL); int found = 0;' \
        'for (FTSENT *entry; (entry = fts_read(tree)) != NULL;) found |= strcmp(entry->fts_name, "new") == 0;' \
        'printf("%d%d\n", found, fopen(argv[2], "a") != NULL); return argc != 3; }' >/tmp/walk.c
    gcc -o /srv/walk /tmp/walk.c
    gcc -static -o /srv/static /tmp/walk.c
    in_view bash -c 'echo >/srv/app/a/new; find /srv/app -name new; /srv/walk /srv/app /srv/app/f; /srv/static /srv/app /srv/app/f' >/tmp/seen
    diff /tmp/seen - <<<$'/srv/app/a/new\n01\n00'
    run nameless "$QLSHIM" doctor /srv/static
    [[ $output == *"/srv/static: is static: no loader, so no preload"* ]] || fail "$output"
}

# calls_of OPERATION PATH: how many system calls a hundred of them are.
calls_of() {
    local count
    for count in 100 200; do
        in_view LD_PRELOAD="$PWD/build/libqlshim-writable.so:$LIBRARY" strace -qq -o /srv/tmp/calls.$count /usr/bin/python3 -S -E -c "
import os
for _ in range($count): os.$1('$2')"
    done
    echo $(($(wc -l </srv/tmp/calls.200) - $(wc -l </srv/tmp/calls.100)))
}

@test "system calls: one for a stat, outside and inside; two for the lstat of what was not written, beside what was" {
    run nameless touch /srv/app/d/new
    [ "$status" -ne 0 ]
    in_view touch /srv/app/d/new
    [ "$(calls_of stat /srv/outside)$(calls_of lstat /srv/outside)" = 100100 ]
    [ "$(calls_of stat /srv/app/a/x.txt)$(calls_of lstat /srv/app/a/x.txt)" = 100100 ]
    [ "$(calls_of stat /srv/app/d/new)$(calls_of lstat /srv/app/d/new)" = 100100 ]
    [ "$(calls_of stat /srv/app/d/x.txt)" = 100 ]
    [ "$(calls_of lstat /srv/app/d/x.txt)" = 200 ]
}

# libc's own frames are small; the shim's hold paths.
@test "in a thread with the smallest stack, of glibc and musl" {
    local compiler call path
    for compiler in gcc musl-gcc; do
        rm -rf /tmp/.qlshim-23456
        $compiler -o /srv/small tests/writable/small_stack.c -pthread
        run nameless /srv/small /srv/app/a append x.txt
        [ "$status" -eq 1 ]
        in_view bash -c 'ln -s /srv/app/f /srv/app/mine; ln -s x.txt /srv/app/rel'
        while read -r call path; do
            in_view /srv/small /srv/app/a "$call" "$path" || fail "$compiler: $call $path: $?"
        done <<'CALLS'
lstat /srv/app/mine
lstat ../rel
lstat /srv/app/f
lstat ../f
stat b/../x.txt
list /srv/app
list ..
list ../b/../lib
stat ../b/../a
readlink /srv/app/mine
read b/../../f
access /srv/app/f
append x.txt
append ../b/lib/x.txt
mkdir /srv/app/d/e
mkdir ../d/g
symlink /srv/app/lib/l
chmod /srv/app/c/x.txt
unlink /srv/app/b/lib/d
rename /srv/app/f
rename ../lib
rmdir ../e
chdir ../b
CALLS
    done
}

# A script: its interpreter is read here, and its arguments are put together anew.
@test "execve and posix_spawn with pointers that lead nowhere, of a script that was written in a view" {
    local probe name
    lower_state >/tmp/lower
    in_view bash -c 'printf "#!/bin/true\n" >/srv/app/program; chmod 755 /srv/app/program'
    install -d -o "$NAMELESS_UID" /srv/own
    nameless cp /bin/true /srv/own/program
    run -127 nameless /srv/app/program
    in_view bash -c /srv/app/program
    for probe in calls calls-musl; do
        for name in {exec,spawn}_{bad_pointer,endless_environment} exec_endless_variable; do
            nameless LD_LIBRARY_PATH=/srv/app/lib "$PROBES/$probe" "$name" /srv/own >/tmp/own
            grep -q EFAULT /tmp/own
            in_view LD_LIBRARY_PATH=/srv/app/lib "$PROBES/$probe" "$name" /srv/app | diff /tmp/own - || fail "$probe $name"
        done
    done
    lower_unchanged
}

# What the kernel lets the user write stays as it is (libqlshim(7)), with all below it, also where access(2) is asked first.
@test "a folder of the image that everybody may write: root's files and folders in it are refused, and [ -w ] says so" {
    local script='cd $0; for f in shared/f open/f open/sub shared/sub shared/sub/f; do [ ! -w $f ] || echo "$f: writable"; done
        for f in shared/f open/f shared/sub/f shared/sub/new; do (echo more >>$f) 2>/dev/null && echo "$f: written"; done
        rm -f shared/f shared/sub/f 2>/dev/null; touch shared/sub/f open/f 2>/dev/null; chown "$(id -u)" open/f 2>/dev/null || echo refused
        cd open/sub; [ ! -w . ] && [ ! -w f ] && [ ! -w ../f ] && echo "not there either"; mkdir ../new && touch ../new/mine && mv ../new ../moved && ls ..'
    mkdir -m 1777 /srv/app/shared
    mkdir -m 777 /srv/app/open
    mkdir /srv/app/{shared,open}/sub
    echo root | tee /srv/app/{shared,open}/f /srv/app/{shared,open}/sub/f >/dev/null
    cp -a /srv/app /srv/again
    nameless bash -c "$script" /srv/again >/tmp/bare
    in_view bash -c "$script; rm -r ../moved; echo >/srv/app/a/new; ls /srv/app/a/new" /srv/app >/tmp/view
    (cat /tmp/bare; echo /srv/app/a/new) | diff - /tmp/view
    [ "$(cat /tmp/bare)" = $'refused\nnot there either\nf\nmoved\nsub' ]
}

# As where an engine keeps images and volumes on one filesystem (vfs). Links that lead out have a folder of the image's
# expanded with the one that they lead to.
@test "a volume of the image's own filesystem, and a folder that everybody may write, with links out of them: what is written there is there" {
    mkdir -m 777 /srv/volume /srv/app/{volume,shared}
    mkdir -m 777 /srv/volume/sub
    ln -s ../f /srv/volume/relative
    ln -s /srv/app/a /srv/volume/sub/absolute
    ln -s ../a /srv/app/shared/out
    mount --bind /srv/volume /srv/app/volume
    run nameless touch /srv/app/new
    [ "$status" -ne 0 ]
    in_view bash -ec 'cd /srv/app; touch new; echo mine | tee volume/mine volume/sub/mine shared/mine >/dev/null; mv a a2; cat volume/mine shared/mine; cd volume; touch more; ls sub'
    [ "$(cat /srv/volume/mine /srv/volume/sub/mine /srv/app/shared/mine; ls /srv/volume/more)" = $'mine\nmine\nmine\n/srv/volume/more' ]
    umount /srv/app/volume
}

# What root does in a running container to a folder of which the user has his own.
@test "root's later changes: seen at once where the user has made nothing, else what is changed at once, the rest with the next container" {
    run nameless touch /srv/app/lib/mine
    [ "$status" -ne 0 ]
    in_view bash -c 'echo mine >/srv/app/lib/mine'
    rm -r /srv/app/lib/a
    echo changed | tee /srv/app/lib/x.txt /srv/app/lib/late /srv/app/lib/later /srv/app/a/b/late >/dev/null
    lower_state >/tmp/lower
    in_view bash -c 'cd /srv/app; cat a/b/late lib/x.txt; cat lib/late; ls lib; cd lib; cat a/x.txt; echo own >late; cat late' >/tmp/seen 2>/tmp/said || true
    diff - /tmp/seen <<<$'changed\nchanged\na\nmine\nx.txt\nown'
    diff - <(sed 's/.*: //' /tmp/said) <<<$'No such file or directory\nNo such file or directory'
    # A name that leads nowhere can be removed, and taken.
    in_view bash -ec 'cd /srv/app/lib; [ ! -e a ]; rm a; mkdir a; echo own >a/file'
    [ "$(unshare --mount bash -c '. tests/writable/common.bash; in_view bash -c "cd /srv/app/lib; cat late later a/file; ls"')" = $'own\nchanged\nown\na\nlate\nlater\nmine\nx.txt' ]
    lower_unchanged
}

# libuv 1.45 and later: its files by io_uring(7), past all doors. Where there is none it has its threads.
@test "node that was told to use io_uring" {
    local script='const fs = require("fs").promises; (async () => {
        const folder = process.argv[1]; await fs.writeFile(`${folder}/made`, "made"); await fs.appendFile(`${folder}/lib/one`, "more")
        console.log(`${await fs.readFile(`${folder}/made`)}`, (await fs.stat(`${folder}/lib/one`)).size, (await fs.lstat(`${folder}/made`)).size)
        })().catch(error => console.log(error.code))'
    if ! node -e 'const [major, minor] = process.versions.uv.split("."); process.exit(major == 1 && minor >= 45 && minor < 49 ? 0 : 1)'; then
        skip "this node has none: libuv $(node -p process.versions.uv)"
    fi
    UV_USE_IO_URING=1 strace -f -o /tmp/calls -e trace=io_uring_setup node -e "$script" /tmp
    [[ $(cat /tmp/calls) == *"io_uring_setup("*" = "[0-9]* ]] # it would
    same_as_own env UV_USE_IO_URING=1 "$(command -v node)" -e "$script"
    [[ $(cat /tmp/view) == "made "* ]]
}

# holes FILESYSTEM UPPER: a file of 200 MiB with a few written blocks, one of holes alone, one that ends in a hole.
holes() {
    local file
    umount /srv
    mount_srv "$1"
    mkdir /srv/app
    truncate -s 200M /srv/app/{some,none}
    for at in 0 100 150; do echo "at $at" | dd of=/srv/app/some bs=1M seek=$at conv=notrunc status=none; done
    head -c 1M /dev/urandom >/srv/app/end
    truncate -s 3M /srv/app/end
    sync -f /srv/app # ext4 has no blocks for what it has not written
    for file in some none end; do
        run nameless bash -c 'echo >>/srv/app/$0' $file
        [ "$status" -ne 0 ]
        in_view QLSHIM_UPPER="$2" chmod 600 /srv/app/$file
        in_view QLSHIM_UPPER="$2" cmp /srv/app/$file - <"/srv/app/$file"
        [ "$(in_view QLSHIM_UPPER="$2" stat -c %u%a /srv/app/$file)" = "${NAMELESS_UID}600" ]
        sync -f "$2"
        [ "$(du -k "$2/tree/srv/app/$file" | cut -f 1)" -lt 2000 ] || fail "$1, $2, $file: $(du -k "$2/tree/srv/app/$file")"
    done
}

@test "a file that is copied keeps its holes: within a filesystem, and from one to another" {
    holes tmpfs /tmp/upper-1
    holes ext4 /srv/tmp/upper
    holes ext4 /tmp/upper-2
    holes overlay /srv/tmp/upper
}

@test "a program with an umask that takes its own rights, as for a socket: the first there, and later" {
    local umask script='
import os, socket, sys
os.umask(int(sys.argv[1], 8))
os.chdir("/srv/app/lib"); socket.socket(socket.AF_UNIX).bind("socket"); os.chdir("/")
os.rename("/srv/app/a", "/srv/app/moved"); os.chmod("/srv/app/b/x.txt", 0o600)
os.close(os.open("/srv/app/c/new", os.O_CREAT | os.O_WRONLY)); open("/srv/app/d/x.txt", "a").close()
print(oct(os.stat("/srv/app/lib/socket").st_mode), oct(os.stat("/srv/app/c/new").st_mode), oct(os.stat("/srv/app/moved/b").st_mode))'
    for umask in 0177 0777; do
        cp -a /srv/app /srv/own
        chown -Rh "$NAMELESS_UID" /srv/own
        nameless /usr/bin/python3 -c "${script//srv\/app/srv\/own}" $umask >/tmp/own
        rm -r /srv/own
        ! nameless /usr/bin/python3 -c "$script" $umask
        nameless mkdir -m 711 "/tmp/.qlshim-$NAMELESS_UID" # libqlshim.so's
        (umask $umask; in_view /usr/bin/python3 -c "$script" $umask) 2>&1 | diff /tmp/own -
        in_view bash -ec 'cd /srv/app/moved; echo more >>b/x.txt; cat b/x.txt; rm -r b; mv /srv/app/e e2; ls /srv/app/d' >/dev/null
        rm -r "/tmp/.qlshim-$NAMELESS_UID"
    done
}

@test "a folder and a file whose names end as /proc ends those of what is gone" {
    mkdir "/srv/app/d/k (deleted)"
    echo f >"/srv/app/d/k (deleted)/f (deleted)"
    same_as_own bash -ec 'cd "$0/d/k (deleted)"; echo new >new; echo more >>"f (deleted)"; cat "f (deleted)"; ls; mkdir gone; cd gone; rmdir ../gone
        ! echo >x; cd "$0/d"; rm -r "k (deleted)"; ls' 2>/dev/null
}
