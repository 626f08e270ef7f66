# A folder of the image that everybody may write, inside a view: what a neighbour has put there is his, to whoever asks
# whose it is before he trusts it (git, tmux, ssh), by each way to ask.

setup() {
    load neighbour
    . tests/writable/common.bash
    rm -rf /tmp/.qlshim-*
    mount_srv overlay
    make_tree /srv/app
    mkdir -m 1777 /srv/app/shared
}

teardown() {
    umount -R /srv
}

ask='
import os, sys
here = sys.argv[1]
folder = os.open(here, os.O_RDONLY)
found = [os.stat(here + "/f").st_uid, os.lstat(here + "/f").st_uid, os.lstat(here + "/link").st_uid, os.stat(here).st_uid, os.fstat(folder).st_uid,
    os.stat("f", dir_fd=folder).st_uid, os.fstat(os.open("f", os.O_RDONLY, dir_fd=folder)).st_uid]
os.chdir(here); found += [os.stat(".").st_uid, os.lstat("f").st_uid, next(e.stat().st_uid for e in os.scandir(".") if e.name == "f")]
print(set(found))'

@test "git does what no repository of a neighbour's says, and a neighbour's file is nobody's but his" {
    neighbour bash -ec 'mkdir /srv/app/shared/repo; cd /srv/app/shared/repo; git init -q; echo >f; ln -s f link
        git config core.fsmonitor "touch /tmp/done; false"; chmod -R a+rX .'
    for user in nameless in_view; do
        run $user HOME=/tmp/none git -C /srv/app/shared/repo status
        [ "$status" -ne 0 ]
        [[ $output == *"dubious ownership"* ]]
        [ ! -e /tmp/done ]
        [ "$($user /usr/bin/python3 -c "$ask" /srv/app/shared/repo)" = "{666}" ]
        [ "$($user stat -c %u /srv/app/shared/repo /srv/app/shared/repo/f | sort -u)" = "666" ]
        [ "$($user build/busybox/busybox stat -c %u /srv/app/shared/repo/f)" = "666" ]
        [ "$($user node -p 'require("fs").statSync("/srv/app/shared/repo/f").uid')" = "666" ]
    done
    # The image's is the user's, root's and the one's whose the view is.
    [ "$(in_view stat -c %u /srv/app/f /srv/app/a /srv/app/shared | sort -u)" = "$NAMELESS_UID" ]
    chown -R 5432 /srv/app/a /srv/app/f
    [ "$(in_view stat -c %u /srv/app/f)" = 5432 ]
    chown 5432 /srv/app
    [ "$(in_view stat -c %u /srv/app/f /srv/app/lib | sort -u)" = "$NAMELESS_UID" ]
}

# To the shim's own links, in the upper folder, the user is the only one who has access.
@test "a neighbour's link of the form that the shim's own have is a link: to lstat, readlink, O_NOFOLLOW, listings, rm -r" {
    mkdir /srv/home
    echo key >/srv/home/keys
    chown -R "$NAMELESS_UID" /srv/home
    local seen='
import errno, os, sys
def tried(what, *words, **names):
    try: return what(*words, **names)
    except OSError as error: return errno.errorcode[error.errno]
for folder in "/srv/app/shared/trap/", "":
    for name in "file", "folder", "other", "itself":
        path = folder + name
        os.lstat("/srv/app/f") # one of the view'\''s own: the next is looked at as such
        print(name, os.lstat(path).st_mode, os.lstat(path).st_size, os.path.islink(path), tried(os.readlink, path), os.path.realpath(path),
            *(tried(os.open, path, flags | os.O_NOFOLLOW) for flags in (os.O_RDONLY, os.O_WRONLY, os.O_RDONLY | os.O_DIRECTORY)),
            [(e.is_symlink(), e.is_file(follow_symlinks=False), e.is_dir(follow_symlinks=False)) for e in os.scandir(folder or ".") if e.name == name],
            tried(os.utime, path, (5, 5), follow_symlinks=False), tried(os.rmdir, path), tried(os.chmod, path, 0o600) if name == "none" else "")
    os.chdir("/srv/app/shared/trap")'
    neighbour bash -ec 'umask 0; mkdir /srv/app/shared/trap; cd /srv/app/shared/trap
        ln -s /.//srv/home/keys file; ln -s /./srv/home folder; ln -s /.///srv/home/keys other
        ln -s /.//srv/app/shared/trap/itself itself'
    in_view bash -c 'echo >/srv/app/new; rm /srv/app/new'
    [ -L "/tmp/.qlshim-$NAMELESS_UID/upper/tree/srv/app/f" ]
    for program in /usr/bin/python3 build/musl/usr/bin/python3; do
        [ -x "$program" ] || continue # of make soak
        [ "$program" = /usr/bin/python3 ] || ln -s "$PWD/build/musl/usr" /srv/usr
        nameless "${program/build\/musl/\/srv}" -c "$seen" >/tmp/bare
        in_view "${program/build\/musl/\/srv}" -c "$seen" | diff /tmp/bare -
    done
    [[ $(cat /tmp/bare) == *" ELOOP "* ]]
    for rm in rm "build/busybox/busybox rm"; do
        neighbour bash -ec 'umask 0; cp -a /srv/app/shared/trap /srv/app/shared/trap2'
        in_view $rm -rf /srv/app/shared/trap2/{file,folder,other} || true
        in_view node -e 'require("fs").rmSync("/srv/app/shared/trap2/folder", { recursive: true, force: true })' || true
        [ "$(cat /srv/home/keys)" = key ]
        rm -r /srv/app/shared/trap2
    done
}

@test "chown to oneself, and chmod to the mode that it has, are refused as ever of what is a neighbour's or a volume's" {
    mkdir -p /srv/app/volume /srv/volume
    echo root >/srv/volume/f
    mount --bind /srv/volume /srv/app/volume
    neighbour bash -c 'echo >/srv/app/shared/f'
    local seen='
import errno, os, sys
def tried(what, *words, **names):
    try: return what(*words, **names)
    except OSError as error: return errno.errorcode[error.errno]
me = os.getuid(), os.getgid()
for path in "/srv/app/shared/f", "/srv/app/volume/f":
    fd = os.open(path, os.O_RDONLY)
    print(path, tried(os.chown, path, *me), tried(os.chown, path, *me, follow_symlinks=False), tried(os.fchown, fd, *me), tried(os.chmod, path, 0o644), tried(os.fchmod, fd, 0o644))
os.chown("/srv/app/f", *me); os.chmod("/srv/app/a/run.sh", 0o755); os.fchmod(os.open("/srv/app/f", os.O_RDONLY), 0o644)' # the view
    nameless /usr/bin/python3 -c "${seen%os.chown*}" >/tmp/bare
    in_view /usr/bin/python3 -c "$seen" | diff /tmp/bare -
    [ "$(grep -o EPERM /tmp/bare | wc -l)" = 10 ]
    [ ! -e /tmp/.qlshim-$NAMELESS_UID/upper/tree/srv/app/f ] || [ -L /tmp/.qlshim-$NAMELESS_UID/upper/tree/srv/app/f ]
    umount /srv/app/volume
}

@test "a neighbour's deep tree in such a folder keeps nobody from his view" {
    neighbour /usr/bin/python3 -c 'import os
os.chdir("/srv/app/shared")
for i in range(1500): os.mkdir("d"); os.chdir("d")'
    run nameless bash -c 'echo >/srv/app/new'
    [ "$status" -ne 0 ]
    (ulimit -n 256; in_view bash -ec 'echo mine >/srv/app/new; cat /srv/app/new' 2>&1) | diff - <(echo mine)
}
