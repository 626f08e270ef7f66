# All that tells of an entry tells the same of it, in a view as in one's own tree: device and inode, owner, mode and
# size by each way to ask, before and after the folder is expanded and the file copied.

setup() {
    cd "$BATS_TEST_DIRNAME/../.."
    . tests/writable/common.bash
    rm -rf /tmp/.qlshim-23456
}

teardown() {
    umount /srv
}

# identities FILESYSTEM PROGRAM [NAME=VALUE]
identities() {
    mount_srv "$1"
    make_tree /srv/app
    cp -a /srv/app /srv/own
    chown -Rh "$NAMELESS_UID:$NAMELESS_UID" /srv/own
    nameless "$PROBES/$2" /srv/own
    both "${@:3}" "$PROBES/$2" /srv/app
    [[ $output == *" compared, 0 differences"* ]]
}

@test "tmpfs, glibc" { identities tmpfs identities; }
@test "overlay, glibc: the upper folder on another device" { identities overlay identities; }
@test "ext4, musl" { identities ext4 identities-musl; }
@test "ext4, the upper folder there" { identities ext4 identities QLSHIM_UPPER=/srv/tmp/u; }

# A walk goes on where it is while somebody else writes: find(1) compares the folder that it comes back to with the
# one that it went down from, and rm(1) and Python's rmtree what they open with what they have looked at.
@test "find with -exec of a program that writes below, find -xdev, rm -rf and rmtree beside a writer" {
    mount_srv overlay
    make_tree /srv/app
    mkdir -p /srv/app/deep/{1,2}/{1,2}/{1,2}/{1,2}/{1,2}/{1,2}
    for folder in $(find /srv/app/deep -type d); do echo text >"$folder/file"; done
    both bash -ec 'cd /srv/app; find deep -name file -exec sed -i s/text/more/ {} \; ; [ "$(find deep -name file | wc -l)" = 127 ]
        [ "$(cat $(find deep -name file) | sort -u)" = more ]; find b -depth -name x.txt -execdir touch {}.new \;
        [ "$(find /srv/app/deep -xdev -name file | wc -l)" = 127 ]; [ "$(find b -name "*.new" | wc -l)" = 2 ]
        [ "$(stat -c %i:%d deep/1)" = "$(find deep -maxdepth 1 -name 1 -printf %i:%D)" ]
        find deep/1 -depth -type d -exec sh -c "echo >\$0/beside" {} \; -exec rm -r {} \; ; [ ! -e deep/1 ]'
    both /usr/bin/python3 -c '
import os, shutil
seen = os.lstat("/srv/app/deep/2"); folder = os.open("/srv/app/deep/2", os.O_RDONLY)
open("/srv/app/deep/2/2/2/2/new", "w").close()
assert os.path.samestat(seen, os.lstat("/srv/app/deep/2")) and os.path.samestat(seen, os.fstat(folder))
inner = os.open("2", os.O_RDONLY, dir_fd=folder)
assert os.path.samestat(os.fstat(os.open("..", os.O_RDONLY, dir_fd=inner)), seen)
assert {e.name: e.inode() for e in os.scandir("/srv/app/deep/2")} == {n: os.lstat("/srv/app/deep/2/" + n).st_ino for n in os.listdir("/srv/app/deep/2")}
shutil.rmtree("/srv/app/deep/2")
assert os.listdir("/srv/app/deep") == ["file"]'
}

# As postfix, dovecot and others make sure of what they open: nobody has put another thing there meanwhile.
@test "a file that is opened to be written, or linked, is the one that was looked at before: vim and git clone go by that" {
    begin_with_tree tmpfs
    git -C /srv/app init -q repo
    git -C /srv/app/repo -c user.name=a -c user.email=a@localhost commit -q --allow-empty -m first
    ln /srv/app/lib/x.txt /srv/app/lib/other
    cp -a /srv/app /srv/own
    chown -Rh "$NAMELESS_UID:$NAMELESS_UID" /srv/own
    local script='
import os, sys
os.chdir(sys.argv[1])
def identity(status): return status.st_dev, status.st_ino
before = identity(os.lstat("f")), identity(os.lstat("run.sh")), identity(os.lstat("b/x.txt")), identity(os.lstat("c/x.txt"))
reading = os.open("f", os.O_RDONLY)
with open("f", "r+") as file: print(identity(os.fstat(file.fileno())) == before[0] == identity(os.fstat(reading)) == identity(os.stat("f")))
os.link("run.sh", "e/link")
print(identity(os.lstat("e/link")) == before[1] == identity(os.lstat("run.sh")), os.lstat("run.sh").st_nlink)
print({e.name: e.inode() for e in os.scandir(".") if e.is_file()} == {n: os.lstat(n).st_ino for n in os.listdir(".") if os.path.isfile(n)})
os.rename("c/x.txt", "c/moved")
print(identity(os.lstat("c/moved")) == before[3])
# What has two names below is one of them once it is written.
with open("lib/x.txt", "a") as file: file.write("more")
print(os.path.samefile("lib/x.txt", "lib/other"))'
    nameless /usr/bin/python3 -c "$script" /srv/own >/tmp/own
    in_view /usr/bin/python3 -c "$script" /srv/app >/tmp/view
    diff <(sed '$s/True/False/' /tmp/own) /tmp/view
    [ "$(sort -u /tmp/own | tr '\n' ' ')" = "True True 2 " ]
    in_view HOME=/tmp/none vim -es -u NONE -c '%s/in/IN/' -c wq /srv/app/d/x.txt
    [ "$(in_view cat /srv/app/d/x.txt)" = "IN d" ]
    in_view HOME=/tmp/none GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=safe.directory GIT_CONFIG_VALUE_0='*' git clone -q /srv/app/repo /srv/app/clone
}

# On an overlay tail polls, since it may be a remote one's.
@test "tail -f of a file of root's: what another process writes later is seen, by inotify" {
    begin_with_tree ext4
    run nameless bash -c 'echo >>/srv/app/f'
    [ "$status" -ne 0 ]
    in_view tail -f /srv/app/f >/tmp/seen &
    eventually grep -q f /tmp/seen
    sleep 0.5
    in_view bash -c 'echo more >>/srv/app/f'
    eventually grep -q more /tmp/seen
    end_programs
    [ "$(cat /tmp/seen)" = $'f\nmore' ]
}
