# Real programs in a tree of root's, as a user has them: LD_PRELOAD=libqlshim.so and QLSHIM_WRITABLE alone. Each
# is refused without the shim, and the lower tree is bit for bit what it was.

setup() {
    cd "$BATS_TEST_DIRNAME/../.."
    . tests/writable/common.bash
    begin_with_tree "${FILESYSTEM:-overlay}"
}

teardown() {
    umount /srv
}

@test "a shell's script, by its name, by PATH and by exec without an environment" {
    both bash -ec 'cd /srv/app/a; mkdir -p q/r; echo more >>x.txt; sed -i s/in/out/ b/x.txt; cp -r b bb; mv bb q
        ln -s /srv/app/f lnk; [ "$(readlink lnk)" = /srv/app/f ]; rm -r b; chmod -R u+w /srv/app/lib; [ -w run.sh ]
        [ "$(cat x.txt q/bb/x.txt | tr "\n" " ")" = "in a more out a/b " ]; cd q; cd ..; [ "$(pwd -P)" = /srv/app/a ]
        printf "#!/bin/sh -e\necho \$0 \$1\nreadlink /proc/self/cwd\n" >s.sh; chmod +x s.sh
        [ "$(./s.sh one)" = "./s.sh one
/srv/app/a" ]; [ "$(PATH=/srv/app/a:$PATH s.sh two | head -1)" = "/srv/app/a/s.sh two" ]
        [ "$(env -i /bin/sh -c "touch /srv/app/e/z; ls /srv/app/e")" = z ]'
}

@test "a container's first process: a script, a program behind its loader, musl's" {
    lower_state >/tmp/lower
    run nameless bash -c 'touch /srv/app/new'
    [ "$status" -ne 0 ]
    printf '#!/bin/bash -e\ntouch /srv/app/new; echo "$0" "$@"\n' >/srv/first.sh
    chmod 755 /srv/first.sh
    run in_view /srv/first.sh 'a b' ''
    [ "$output" = "/srv/first.sh a b " ]
    run in_view "$(readelf -lW /bin/bash | sed -n 's/.*program interpreter: \(.*\)]/\1/p')" /bin/bash -c 'ls /srv/app/new; echo $0 $1' x y
    [ "$output" = $'/srv/app/new\nx y' ]
    in_view "$PROBES/operations-musl" /srv/app 1 50 >/dev/null
    rm /srv/first.sh
    lower_unchanged
    # root has no views.
    run env LD_PRELOAD="$LIBRARY" QLSHIM_WRITABLE=/srv/app ls /srv/app/new
    [ "$status" -ne 0 ]
}

@test "a HOME that can be read and not written becomes a view by itself: of a user without a name and of one with" {
    mkdir -p /srv/home/.config
    echo theirs >/srv/home/.npmrc
    # The library alone gives another folder, and says so in HOME; without QLSHIM_WRITABLE nothing is a view.
    [ "$(shimmed HOME=/srv/home bash -c 'cat ~/.npmrc; [ "$HOME" != /srv/home ] && echo elsewhere')" = $'theirs\nelsewhere' ]
    for NAMELESS_UID in 23456 33; do # www-data
        run nameless HOME=/srv/home bash -c 'echo mine >~/.npmrc'
        [ "$status" -ne 0 ]
        for shell in "bash -ec" "build/busybox/busybox sh -ec"; do
            rm -rf "/tmp/.qlshim-$NAMELESS_UID"
            run in_view HOME=/srv/home $shell 'echo mine >>~/.npmrc; mkdir -p ~/.config/a ~/.cache/b
                while read -r line; do echo $line; done <"$HOME"/.npmrc; echo $HOME'
            [ "$output" = $'theirs\nmine\n/srv/home' ] || fail "$output"
        done
    done
    [ "$(cat /srv/home/.npmrc; ls -A /srv/home/.config)" = theirs ]
}

@test "git: status, commit, checkout, gc, mv, clone, pull" {
    (cd /srv/app/a && git init -q . && git add -A && git -c user.name=x -c user.email=x@y commit -qm one)
    lower_state >/tmp/lower
    run nameless HOME=/tmp git -C /srv/app/a status
    [ "$status" -ne 0 ] # another's
    run in_view HOME=/tmp/h bash -ec 'mkdir -p /tmp/h; git config --global user.name x; git config --global user.email x@y
        cd /srv/app/a; git status --short >/tmp/h/status; cat /tmp/h/status; [ ! -s /tmp/h/status ]; git rev-parse --show-toplevel; echo z >>b/x.txt; echo n >new
        git add -A; git commit -qm two; git checkout -q HEAD~1; [ "$(cat b/x.txt)" = "in a/b" ]; git checkout -q -
        git gc -q; git mv b b2; git commit -qm three; [ -z "$(git status --short)" ]; git clone -q . /srv/app/clone; ls /srv/app/clone
        cd /srv/app/clone; echo theirs >theirs; git add theirs; git commit -qm four; cd /srv/app/a; git pull -q /srv/app/clone HEAD; cat theirs; git fsck --strict'
    echo "$output"
    [ "$status" -eq 0 ]
    [[ $output == "/srv/app/a"* && $output == *b2* && $output == *theirs ]]
    lower_unchanged
}

@test "python: walk, scandir, shutil, WAL, import, a descriptor of a folder" {
    both /usr/bin/python3 -c '
import os, shutil, sqlite3, subprocess, sys, tempfile
os.chdir("/srv/app")
open("mod.py", "w").write("x = 5")
sys.path.insert(0, "/srv/app"); import mod
assert (mod.x, mod.__file__) == (5, "/srv/app/mod.py") and os.listdir("__pycache__")
assert {e.name: e.is_dir(follow_symlinks=False) for e in os.scandir("a")} == {"b": True, "bin": True, "e": False, "run.sh": False, "x.txt": False}
assert [r for r, d, f in os.walk("a")] == ["a", "a/b", "a/b/c", "a/bin"] or len([r for r, d, f in os.walk("a")]) == 4
shutil.copytree("a", "copy", symlinks=True); shutil.rmtree("copy"); assert not os.path.exists("copy")
shutil.move("c", "moved"); assert os.path.realpath("moved/x.txt") == "/srv/app/moved/x.txt"
base = sqlite3.connect("/srv/app/b/x.db"); base.execute("pragma journal_mode=wal"); base.execute("create table t(a)")
base.execute("insert into t values(1)"); base.commit(); assert base.execute("select * from t").fetchall() == [(1,)]
with tempfile.NamedTemporaryFile(dir="/srv/app/e") as file: assert file.name.startswith("/srv/app/e/")
assert os.path.realpath("a/bin/f") == "/srv/app/a/run.sh" and os.getcwd() == "/srv/app" and os.access("f", os.W_OK)
folder = os.open("d", os.O_RDONLY); before = os.listdir(folder); open("d/new", "w").close()
assert "new" in os.listdir(folder) and os.stat("new", dir_fd=folder).st_size == 0
assert subprocess.run(["pwd"], cwd="/srv/app/b", capture_output=True).stdout == b"/srv/app/b\n"
assert os.stat("f").st_uid == os.getuid()'
}

@test "node: mkdir, cp, rename and rm of folders, realpath, watch, a command of node_modules" {
    mkdir -p /srv/app/n/node_modules/{dep,.bin}
    echo 'module.exports = 42' >/srv/app/n/node_modules/dep/index.js
    printf '#!/usr/bin/env node\nconsole.log(__filename)\n' >/srv/app/n/node_modules/dep/cli.js
    chmod 755 /srv/app/n/node_modules/dep/cli.js
    ln -s ../dep/cli.js /srv/app/n/node_modules/.bin/dep
    both node -e '
const fs = require("fs"), assert = require("assert"), { execFileSync } = require("child_process");
process.chdir("/srv/app/n");
fs.mkdirSync("x/y/z", { recursive: true }); fs.writeFileSync("x/y/z/f", "1");
assert.equal(require("/srv/app/n/node_modules/dep"), 42);
assert.equal(fs.realpathSync("node_modules/.bin/dep"), "/srv/app/n/node_modules/dep/cli.js");
assert(fs.readdirSync("node_modules", { withFileTypes: true }).every(entry => entry.isDirectory()));
fs.cpSync("node_modules", "copy", { recursive: true }); fs.renameSync("node_modules", "old");
assert.equal(fs.realpathSync("old/dep/index.js"), "/srv/app/n/old/dep/index.js");
fs.rmSync("old", { recursive: true }); fs.renameSync("copy", "node_modules");
assert.equal(execFileSync("node_modules/dep/cli.js").toString(), "/srv/app/n/node_modules/dep/cli.js\n");
assert(fs.lstatSync("/srv/app/f").isFile()); assert.equal(process.cwd(), "/srv/app/n");
fs.watch("/srv/app/lib", (event, file) => { assert.equal(file, "seen"); process.exit(); });
setTimeout(() => fs.writeFileSync("/srv/app/lib/seen", "1"), 100); setTimeout(() => process.exit(3), 10000);'
}

@test "tar, find, du, cp -a, cp -al, rm -rf, make and gcc" {
    both bash -ec 'cd /srv/app; tar cf /tmp/all.tar .; mkdir e/un; tar xf /tmp/all.tar -C e/un; diff -r lib e/un/lib
        [ "$(find . -type f | wc -l)" -gt 15 ]; chmod -R u+w lib e; find lib -name "x*" -delete; rm -rf a e
        cp -a d d2; cp -al d2 d3; du -s . >/dev/null; [ "$(stat -c "%U %a %F" f)" = "u23456 644 regular file" ]; test -O f
        printf "int main(void) { return 7; }" >m.c; printf "m: m.c\n\tgcc -o m m.c\n" >Makefile; make -s
        code=0; ./m || code=$?; [ $code -eq 7 ]; [ "$(ls)" = "$(printf "%s\n" Makefile b c d d2 d3 f lib m m.c run.sh)" ]'
}

@test "musl's busybox: its shell, sed -i, cp -a, mv, rm -rf, chmod -R, find, du, tar, patch, ln, mktemp" {
    mkdir /srv/bin
    cp build/busybox/busybox /srv/bin
    for applet in $(build/busybox/busybox --list); do ln -s busybox "/srv/bin/$applet"; done
    both env PATH=/srv/bin sh -ec 'cd /srv/app/a; mkdir -p q/r; echo more >>x.txt; sed -i s/in/out/ b/x.txt; cp -a b bb; mv bb q
        [ "$(cat x.txt q/bb/x.txt | tr "\n" " ")" = "in a more out a/b " ]; [ -w run.sh ]; [ "$(realpath bin/f)" = /srv/app/a/run.sh ]
        ln -s /srv/app/f lnk; [ "$(readlink lnk)" = /srv/app/f ]; [ "$(stat -c "%u %F" /srv/app/f)" = "$(id -u) regular file" ]
        tar cf /tmp/busybox.tar .; tar xf /tmp/busybox.tar -C q/r; rm /tmp/busybox.tar; diff -r b q/r/b; [ "$(find . -name x.txt | wc -l)" = 12 ]; [ "$(du -s ..)" != "" ]; cd q; cd ..; [ "$(pwd -P)" = /srv/app/a ]
        chmod -R u+w ../lib; rm -rf ../lib b; [ ! -e ../lib ]; mv ../c ../c2; rmdir ../e; printf "%s\n" "--- ../f" "+++ ../f" "@@ -1 +1 @@" -f +g | patch ../f >/dev/null; [ "$(cat ../f)" = g ]
        t=$(mktemp -p /srv/app); [ "${t%.*}" = /srv/app/tmp ]; ls -l /srv/app | grep -q "^-.* f$"; [ "$(ls q)" = "bb
r" ]'
}

@test "the panel's own steps: /ql/.tmp, preload files, ql update's rm and mv of /ql's folders" {
    mkdir -p /srv/app/{back,cli,docker,sample,shell/preload,src}
    for folder in back cli docker sample shell src; do echo "old $folder" >/srv/app/$folder/file; done
    both bash -ec 'cd /srv/app; mkdir -p .tmp; echo export A=1 >shell/preload/env.sh; rm -rf shell/preload/__pycache__
        mkdir -p .tmp/up; for d in back cli docker sample shell src; do mkdir .tmp/up/$d; echo "new $d" >.tmp/up/$d/file; done
        rm -rf /srv/app/{back,cli,docker,sample,shell,src}; mv .tmp/up/* /srv/app/
        [ "$(cat {back,cli,docker,sample,shell,src}/file | cut -d" " -f1 | sort -u)" = new ]'
}

@test "nginx as Debian has it: tests of -w, sed -i of its configuration, start, reload, quit" {
    WRITABLE=/run:/var/lib/nginx:/var/log/nginx:/etc/nginx
    cat >/srv/entry.sh <<'EOF'
#!/bin/sh
set -e
for folder in /etc/nginx/sites-enabled /var/lib/nginx /var/log/nginx /run; do
    [ -w $folder ] || { echo "$folder cannot be written"; exit 1; }
done
sed -i 's/listen 80/listen 8081/; s/listen \[::\]:80/#&/' /etc/nginx/sites-available/default
exec nginx -g 'daemon off;'
EOF
    chmod 755 /srv/entry.sh
    run nameless /srv/entry.sh
    [ "$status" -eq 1 ]
    [[ $output == *"cannot be written"* ]]
    in_view /srv/entry.sh &
    eventually curl -sf -o /tmp/page http://127.0.0.1:8081/
    in_view nginx -s reload
    eventually curl -sf -o /tmp/page http://127.0.0.1:8081/
    [ ! -e /run/nginx.pid ]
    in_view test -s /run/nginx.pid
    in_view nginx -s quit
    wait %1
}
