# A process that gets another root, or another mount namespace, while it has views: chroot(2), unshare(2), setns(2),
# pivot_root(2), in a user namespace of its own, so that a nameless user may.

setup() {
    cd "$BATS_TEST_DIRNAME/../.."
    . tests/writable/common.bash
    begin_with_tree overlay
    mkdir -p /srv/other
}

teardown() {
    umount /srv
}

# What the scripts begin with. Bare they fail at the first write.
BEGINNING='
import ctypes, os, sys
libc = ctypes.CDLL(None, use_errno=True)
NEWNS, NEWUSER = 0x20000, 0x10000000
def done(result):
    if result != 0: raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
def become_capable():
    me = f"{os.getuid()} {os.getuid()} 1"
    done(libc.unshare(NEWUSER | NEWNS))
    open("/proc/self/uid_map", "w").write(me)
def mount(source, target, flags=4096): # MS_BIND
    done(libc.mount(source.encode(), target.encode(), b"none", flags, None))
def in_child(work):
    sys.stdout.flush()
    child = os.fork()
    if child == 0:
        code = 1
        try: work(); code = 0
        except BaseException as error: print("failed:", repr(error))
        sys.stdout.flush(); os._exit(code)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
def tree(top):
    return sorted(os.path.join(folder, name) for folder, folders, files in os.walk(top) for name in folders + files)
'

# same_in_own_and_view SCRIPT: by python, of glibc, with the tree as its argument, in one's own and in the view.
same_in_own_and_view() {
    mkdir /srv/own
    cp -a /srv/app /srv/own
    chown -Rh "$NAMELESS_UID:$NAMELESS_UID" /srv/own/app
    lower_state >/tmp/lower
    run nameless /usr/bin/python3 -c "$BEGINNING$1" /srv/app
    [ "$status" -ne 0 ]
    nameless /usr/bin/python3 -c "$BEGINNING$1" /srv/own/app >/tmp/own || fail "in one's own tree: $?"
    in_view /usr/bin/python3 -c "$BEGINNING$1" /srv/app >/tmp/view || fail "in the view: $?"
    diff /tmp/own /tmp/view
    lower_unchanged
}

@test "chroot into a view's top, folders that were written or not, one's own; by their paths, as \".\", as a child's" {
    same_in_own_and_view '
top = sys.argv[1]
open(top + "/lib/mine", "w").write("mine"); os.remove(top + "/f"); os.makedirs(top + "/own/usr"); open(top + "/own/usr/x", "w").write("own")
become_capable()
def look(folder, dot):
    def work():
        if dot: os.chdir(folder)
        os.chroot("." if dot else folder)
        os.chdir("/")
        open("/written", "w").write("written"); os.mkdir("/made"); open("made/too", "w").write("too")
        print(os.getcwd(), os.readlink("/proc/self/root") if os.path.exists("/proc/self/root") else "", tree("/"))
        print([open(path).read() for path in tree("/") if os.path.isfile(path) and not os.path.islink(path)])
    return work
for folder in "own", "lib", "b/lib", "a", "":
    for dot in False, True:
        in_child(look(top + "/" + folder, dot))
        print(os.path.exists(top + "/" + folder + "/written")); os.remove(top + "/" + folder + "/written")
        os.remove(top + "/" + folder + "/made/too"); os.rmdir(top + "/" + folder + "/made")
for folder in "none", "run.sh", "d/f":
    in_child(look(top + "/" + folder, False))
in_child(look("/srv/other", True))'
}

# make_other_root FOLDER…: the nameless user's, with these folders, and one that has the view's name.
make_other_root() {
    mkdir -p /srv/root/srv/app "${@/#//srv/root/}"
    echo inner >/srv/root/srv/app/f
    chown -R "$NAMELESS_UID" /srv/root
    lower_state >/tmp/lower
}

@test "chroot to a folder that has one of the view's name: it is another" {
    make_other_root tmp
    local script='
open("/srv/app/mine", "w").close()
become_capable()
home = os.open("/", os.O_RDONLY)
os.chroot("/srv/root")
print(open("/srv/app/f").read(), os.listdir("/srv/app"), os.lstat("/srv/app/f").st_size)
open("/srv/app/new", "w").close(); os.chdir("/srv/app"); open("new2", "w").close(); print(sorted(os.listdir(".")), os.getcwd())
os.fchdir(home); os.chroot(".")
print(sorted(os.listdir("/srv/app"))); open("/srv/app/more", "w").close(); print(sorted(os.listdir("/srv/app")))'
    run in_view /usr/bin/python3 -c "$BEGINNING$script"
    echo "$output"
    [ "$output" = "inner
 ['f'] 6
['f', 'new', 'new2'] /srv/app
['a', 'b', 'c', 'd', 'e', 'f', 'lib', 'mine', 'run.sh']
['a', 'b', 'c', 'd', 'e', 'f', 'lib', 'mine', 'more', 'run.sh']" ]
    lower_unchanged
}

# Of a volume inside it is asked by its mount's number whether a file is the lower folder's.
@test "unshare of the mounts, with a volume of the same filesystem inside: files are the user's still, for who stays and for who begins" {
    mkdir -p /srv/app/volume /srv/volume
    echo of root >/srv/volume/file
    lower_state >/tmp/lower
    local script='
me = os.getuid()
assert os.lstat("/srv/app/a/x.txt").st_uid == me
become_capable()
assert [os.lstat(path).st_uid for path in ("/srv/app/a/x.txt", "/srv/app/f", "/srv/app/lib")] == [me] * 3, "owners"
assert os.stat("/srv/app/volume/file").st_uid != me
open("/srv/app/a/new", "w").close()
print(sorted(os.listdir("/srv/app/a")), os.lstat("/srv/app/b/x.txt").st_uid == me, flush=True)
os.execv("/bin/bash", ["bash", "-ec", "cd /srv/app/c; ls ../a; echo more >>x.txt; cat x.txt ../volume/file; stat -c %u ../lib/x.txt"])'
    mount --bind /srv/volume /srv/app/volume
    run nameless /usr/bin/python3 -c "$BEGINNING$script"
    [ "$status" -ne 0 ]
    run in_view /usr/bin/python3 -c "$BEGINNING$script"
    umount /srv/app/volume
    [ "$output" = "['b', 'bin', 'e', 'new', 'run.sh', 'x.txt'] True
b
bin
e
new
run.sh
x.txt
in c
more
of root
23456" ] || fail "$output"
    lower_unchanged
    [ "$(in_view cat /srv/app/c/x.txt)" = $'in c\nmore' ]
}

@test "pivot_root to a root that has one of the view's name, and setns back" {
    make_other_root proc old
    local script='
open("/srv/app/mine", "w").close()
become_capable()
first = os.open("/proc/self/ns/mnt", os.O_RDONLY)
done(libc.unshare(NEWNS))
mount("/srv/root", "/srv/root")
os.chdir("/srv/root")
done(libc.syscall(155, b".", b"old"))
os.chdir("/")
print(open("/srv/app/f").read(), sorted(os.listdir("/srv/app")), os.listdir("/old/srv/root"))
open("/srv/app/new", "w").close(); print(sorted(os.listdir("/srv/app")))
done(libc.setns(first, NEWNS))
print(sorted(os.listdir("/srv/app"))); open("/srv/app/more", "w").close(); print(sorted(os.listdir("/srv/app")))'
    run in_view /usr/bin/python3 -c "$BEGINNING$script"
    echo "$output"
    [ "$output" = "inner
 ['f'] ['old', 'proc', 'srv']
['f', 'new']
['a', 'b', 'c', 'd', 'e', 'f', 'lib', 'mine', 'run.sh']
['a', 'b', 'c', 'd', 'e', 'f', 'lib', 'mine', 'more', 'run.sh']" ]
    lower_unchanged
}
