# Real programs of musl in a view of root's tree, as Alpine has them beside busybox: bash and GNU's coreutils, git and
# Python, from Debian's sources (tests/musl).

setup() {
    cd "$BATS_TEST_DIRNAME/../.."
    . tests/writable/common.bash
    rm -rf /tmp/.qlshim-23456
    export LIMIT=120
}

teardown() {
    umount /srv
}

# in_musl FILESYSTEM SCRIPT: by bash, with no other program to be found than those, busybox behind them.
in_musl() {
    mount_srv "$1"
    rm -rf /tmp/.qlshim-23456
    make_tree /srv/app
    eval "${PREPARE:-}"
    mkdir /srv/bin
    cp build/busybox/busybox build/musl/bin/* /srv/bin
    for applet in $(build/busybox/busybox --list); do ln -s busybox "/srv/bin/$applet" 2>/dev/null || true; done
    ln -s "$PWD/build/musl/usr" /srv/usr # git and Python were made for that place
    both env PATH=/srv/usr/bin:/srv/bin HOME=/tmp PYTHONDONTWRITEBYTECODE=1 /srv/bin/bash -ec "$2"
}

script='cd /srv/app/a; mkdir -p q/r; echo more >>x.txt; sed -i s/in/out/ b/x.txt; cp -r b bb; mv bb q; cp -a --reflink=auto b q/cc
    ln -s /srv/app/f lnk; [ "$(readlink lnk)" = /srv/app/f ]; [ "$(realpath bin/f)" = /srv/app/a/run.sh ]; rm -r b; chmod -R u+w /srv/app/lib; [ -w run.sh ]
    [ "$(cat x.txt q/bb/x.txt q/cc/x.txt | tr "\n" " ")" = "in a more out a/b out a/b " ]; cd q; cd ..; [ "$(pwd -P)" = /srv/app/a ]
    printf "#!/srv/bin/bash -e\necho \$0 \$1\nreadlink /proc/self/cwd\n" >s.sh; chmod +x s.sh; [ "$(./s.sh one)" = "./s.sh one
/srv/app/a" ]; [ "$(env -i /srv/bin/bash -c "/srv/bin/touch /srv/app/e/z; /srv/bin/ls /srv/app/e")" = z ]
    [ "$(stat -c "%u %a %F" /srv/app/f)" = "$(id -u) 644 regular file" ]; test -O /srv/app/f; [ "$(ls -di .. | cut -d" " -f1)" = "$(stat -c %i /srv/app)" ]
    for n in 1 2 3; do mkdir -p deep/$n/$n/$n/$n/$n; echo $n >deep/$n/$n/$n/$n/$n/f; done; du -s deep >/dev/null; rm -rf deep/1; chmod -R go-rwx deep
    chown -R "$(id -u)" ../d; touch -h -d @1000 ../a/e; [ "$(stat -c %Y e)" = 1000 ]; mktemp -p . >/dev/null; truncate -s 1M big; cp --sparse=always big big2; cmp big big2
    install -D -m 600 ../f z/y/f; shred -u z/y/f; rmdir z/y z; mv -T ../c ../c2; ln -T ../c2/x.txt hard; sort -o x.txt x.txt; split -b 3 ../run.sh p.; cat p.* | cmp - ../run.sh
    cd /; echo more >>srv/app/f; cat srv/app/f; cd /srv/app; rm -rf b; ls; exec 3<lib; cd lib; mkdir new; cd ..; ls lib/new'

# git looks at whose the folder is before all else.
git='git config --global user.name x; git config --global user.email x@y; git config --global init.defaultBranch main
    cd /srv/app/a; [ -z "$(git status --short)" ]; [ "$(git rev-parse --show-toplevel)" = /srv/app/a ]; echo z >>b/x.txt; echo n >new
    [ "$(git status --short | tr "\n" " ")" = " M b/x.txt ?? new " ]; git add -A; git commit -qm two; git checkout -q HEAD~1; [ "$(cat b/x.txt)" = "in a/b" ]
    [ ! -e new ]; git checkout -q -; git gc -q; git mv b b2; git commit -qm three; git stash -q 2>/dev/null || true; [ -z "$(git status --short)" ]
    git clone -q . /srv/app/clone; cd /srv/app/clone; echo theirs >theirs; git add theirs; git commit -qm four; git worktree add -q ../e/tree; ls ../e/tree
    cd /srv/app/a; git pull -q /srv/app/clone HEAD; cat theirs; git rm -rq bin; git reset -q --hard; git clean -fdxq; git fsck --strict; git log --oneline | wc -l'

python='cd /srv/app; exec python3 -c "
import filecmp, glob, gzip, mmap, os, pathlib, shutil, sqlite3, subprocess, sys, tarfile, tempfile
open(\"mod.py\", \"w\").write(\"x = 5\"); os.mkdir(\"pack\"); pathlib.Path(\"pack/__init__.py\").write_text(\"y = 6\")
sys.dont_write_bytecode = False; sys.path.insert(0, \"/srv/app\"); import mod, pack
assert (mod.x, mod.__file__, pack.y) == (5, \"/srv/app/mod.py\", 6) and os.listdir(\"__pycache__\")
assert {e.name: e.is_dir(follow_symlinks=False) for e in os.scandir(\"a\")} == {\"b\": True, \"bin\": True, \"e\": False, \"run.sh\": False, \"x.txt\": False}
assert sorted(r for r, d, f in os.walk(\"a\")) == [\"a\", \"a/b\", \"a/b/c\", \"a/bin\"]
assert sorted(r for r, d, f, n in os.fwalk(\"/srv/app/b\")) == [\"/srv/app/b\", \"/srv/app/b/lib\"]
shutil.copytree(\"a\", \"copy\", symlinks=True); assert not filecmp.dircmp(\"a\", \"copy\").diff_files; shutil.rmtree(\"copy\"); assert not os.path.exists(\"copy\")
shutil.move(\"c\", \"moved\"); assert os.path.realpath(\"moved/x.txt\") == \"/srv/app/moved/x.txt\"; os.chmod(\"lib/a\", 0o755); shutil.rmtree(\"lib\"); assert not os.path.exists(\"lib\")
base = sqlite3.connect(\"/srv/app/b/x.db\"); assert base.execute(\"pragma journal_mode=wal\").fetchone() == (\"wal\",); base.execute(\"create table t(a)\")
base.execute(\"insert into t values(1)\"); base.commit(); other = sqlite3.connect(\"b/x.db\"); assert other.execute(\"select * from t\").fetchall() == [(1,)]
with open(\"a/x.txt\", \"r+b\") as file, mmap.mmap(file.fileno(), 0) as map: map[0:2] = b\"IN\"
assert open(\"/srv/app/a/x.txt\").read() == \"IN a\\n\"
with tempfile.NamedTemporaryFile(dir=\"/srv/app/e\") as file, tempfile.TemporaryDirectory(dir=\"d\") as folder: assert file.name.startswith(\"/srv/app/e/\") and os.listdir(folder) == []
shutil.make_archive(\"/srv/app/all\", \"gztar\", \"/srv/app/a\"); assert \"./b/x.txt\" in tarfile.open(\"all.tar.gz\").getnames(); shutil.unpack_archive(\"all.tar.gz\", \"e/un\")
assert os.path.realpath(\"a/bin/f\") == \"/srv/app/a/run.sh\" and os.getcwd() == \"/srv/app\" and os.access(\"f\", os.W_OK) and os.stat(\"f\").st_uid == os.getuid()
folder = os.open(\"d\", os.O_RDONLY); before = os.listdir(folder); open(\"d/new\", \"w\").close()
assert \"new\" in os.listdir(folder) and os.stat(\"new\", dir_fd=folder).st_size == 0; os.rename(\"new\", \"newer\", src_dir_fd=folder, dst_dir_fd=folder)
assert sorted(str(path) for path in pathlib.Path(\".\").rglob(\"x.txt\")) == sorted(os.path.join(r, \"x.txt\")[2:] for r, d, f in os.walk(\".\") if \"x.txt\" in f)
assert sorted(glob.glob(\"/srv/app/*/x.txt\")) == sorted(r + \"/x.txt\" for r in (e.path for e in os.scandir(\"/srv/app\")) if os.path.exists(r + \"/x.txt\"))
assert subprocess.run([\"pwd\"], cwd=\"/srv/app/b\", capture_output=True).stdout == b\"/srv/app/b\\n\"
pathlib.Path(\"run.sh\").chmod(0o700); assert subprocess.run([\"/srv/app/run.sh\"], capture_output=True).stdout == b\"/srv/app/run.sh\\n\""'

in_musl_git() {
    PREPARE='(cd /srv/app/a && git init -q . && git add -A && git -c user.name=x -c user.email=x@y commit -qm one)'
    in_musl "$1" "$git"
    [[ $output == *theirs* && $output == *4 ]]
}

@test "tmpfs" { in_musl tmpfs "$script"; }
@test "overlay" { in_musl overlay "$script"; }
@test "ext4" { in_musl ext4 "$script"; }
@test "git, on tmpfs, overlay and ext4" {
    in_musl_git tmpfs
    umount /srv
    in_musl_git overlay
    umount /srv
    in_musl_git ext4
}
@test "python, on tmpfs, overlay and ext4" {
    in_musl tmpfs "$python"
    umount /srv
    in_musl overlay "$python"
    umount /srv
    in_musl ext4 "$python"
}
