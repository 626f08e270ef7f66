# ".." out of a view and back, by all ways that a path is given: absolute, relative to the current folder, to a
# descriptor of a lower, an expanded and the user's own folder, and through links within and out; each says in a view
# what it says in one's own tree (but whose it is and its mode, design.md), with the folders as the image has them and once they are expanded.

setup() {
    cd "$BATS_TEST_DIRNAME/../.."
    . tests/writable/common.bash
    rm -rf /tmp/.qlshim-23456
    mount_srv "${FILESYSTEM:-overlay}"
    mkdir -p /srv/two/view /srv/one/view
    make_tree /srv/two/view/app
    echo outside >/srv/two/view/outside
    mkdir /srv/two/view/beside
    echo beside >/srv/two/view/beside/x.txt
    ln -s ../outside /srv/two/view/app/out
    ln -s .. /srv/two/view/app/up
    ln -s ../../beside /srv/two/view/app/a/away
    ln -s ../.. /srv/two/view/app/lib/upup
    cp -a /srv/two/view/. /srv/one/view
    rm /srv/one/view/app/c/e /srv/two/view/app/c/e # its target is absolute
    chown -Rh "$NAMELESS_UID:$NAMELESS_UID" /srv/one/view/app
}

teardown() {
    umount /srv
}

script='
import errno, os, stat, sys
top = sys.argv[1]
app = top + "/app"
def shown(value):
    if isinstance(value, os.stat_result): return (stat.S_IFMT(value.st_mode), 0 if stat.S_ISDIR(value.st_mode) else value.st_size)
    if isinstance(value, list): return sorted(name for name in value)
    return value.replace(top, "TOP").replace(os.path.dirname(top), "ABOVE") if isinstance(value, str) else value
def tried(what, *words, **names):
    try: return shown(what(*words, **names))
    except OSError as error: return errno.errorcode[error.errno]
def read(path, folder):
    file = os.open(path, os.O_RDONLY, dir_fd=folder)
    try: return os.read(file, 100).decode()
    finally: os.close(file)
def listed(path, folder):
    file = os.open(path, os.O_RDONLY | os.O_DIRECTORY, dir_fd=folder)
    try: return os.listdir(file)
    finally: os.close(file)
def made(path, folder):
    os.close(os.open(path + "/made", os.O_CREAT | os.O_EXCL | os.O_WRONLY, dir_fd=folder))
    found = os.path.basename(os.readlink(f"/proc/self/fd/{os.open(path, os.O_RDONLY, dir_fd=folder)}"))
    os.rename(path + "/made", path + "/made2", src_dir_fd=folder, dst_dir_fd=folder); os.unlink(path + "/made2", dir_fd=folder)
    os.mkdir(path + "/folder", dir_fd=folder); os.rmdir(path + "/folder", dir_fd=folder)
    return found
def entered(path, folder):
    before = os.open(".", os.O_RDONLY)
    try:
        if folder is not None: os.fchdir(folder)
        os.chdir(path)
        return os.getcwd() + " " + os.path.realpath(".") + " " + read("x.txt", None)[:8] if os.path.exists("x.txt") else os.getcwd()
    finally: os.fchdir(before); os.close(before)
ways = ["..", "../..", "../../..", "../outside", "../../outside", "../app/f", "../../app/f", "b/..", "a/../../outside", "a/bin/../../../outside",
    "a/b/../../lib/../../beside/x.txt", "up", "up/outside", "up/app/f", "up/..", "a/away/x.txt", "a/away/..", "a/away/../app/f", "a/away/../outside",
    "lib/upup", "lib/upup/outside", "lib/upup/app/lib/x.txt", "lib/upup/../" + os.path.basename(top) + "/app/f", "b/lib/d/..", "b/lib/d/../f", "b/lib/d/../../outside",
    "a/e/..", "a/e/../x.txt", "out", "../beside", "../beside/..", "../beside/../app", "none/..", "f/..", "none/../f", "d/f/..", "mine/..", "mine/../../outside", "a/./.././../outside", "x.txt/.."]
def all_of(folder, prefix):
    for path in ways:
        path = prefix + path
        print(path.replace(top, "TOP"), tried(os.stat, path, dir_fd=folder), tried(os.lstat, path, dir_fd=folder), tried(read, path, folder), tried(listed, path, folder),
            tried(made, path, folder), tried(entered, path, folder), tried(os.access, path, os.W_OK, dir_fd=folder), tried(os.readlink, path, dir_fd=folder))
        if folder is None: print(tried(os.path.realpath, path), tried(os.scandir, path) == "ENOENT")
for written in None, "a/b/new", "lib/new", "mine/new":
    if written:
        os.makedirs(os.path.dirname(app + "/" + written), exist_ok=True); open(app + "/" + written, "w").close()
    all_of(None, app + "/"); all_of(None, app + "/a/"); all_of(None, app + "/b/lib/")
    for folder in "", "a", "a/b", "lib", "b/lib", "mine":
        if not os.path.isdir(app + "/" + folder): continue
        os.chdir(app + "/" + folder); all_of(None, "")
        opened = os.open(".", os.O_RDONLY); os.chdir("/"); all_of(opened, ""); os.close(opened)
        opened = os.open(app + "/" + folder, os.O_PATH); all_of(opened, ""); os.close(opened)
    os.chdir(top); all_of(None, "app/"); os.chdir("/")'

@test "absolute, relative, by descriptors and through links, lower, expanded and one's own" {
    lower() { find /srv/two/view -printf '%p %y %m %U %s %T@ %l\n' | sort; }
    lower >/tmp/lower
    nameless /usr/bin/python3 -c "${1:-$script}" /srv/one/view >/tmp/own
    run nameless /usr/bin/python3 -c "$script" /srv/two/view
    [ "$status" -ne 0 ]
    WRITABLE=/srv/two/view/app in_view /usr/bin/python3 -c "$script" /srv/two/view >/tmp/view
    [ "$(wc -l </tmp/own)" -gt 3000 ]
    diff /tmp/own /tmp/view | head -n 20 | diff /dev/null -
    lower | diff /tmp/lower -
}
