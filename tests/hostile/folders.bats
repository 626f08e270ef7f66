# The neighbour exchanges the folder that a path leads through, while root or the victim works in it: what is made, looked at
# and removed must lie in one folder.

setup() {
    load ../programs/common
    load neighbour
    rm -rf /tmp/.qlshim-* /tmp/n /tmp/roots /tmp/done /tmp/working
    neighbour mkdir -m 0755 /tmp/n
    mkdir -m 0755 /tmp/roots
}

teardown() {
    end_servers
    unmount_volume
}

# Root's Python function work() again and again, while the neighbour exchanges his two links, one to a folder of his on the
# volume, one to root's in /tmp, where a file is that root's own work must not remove. Prints how often that was gone. Each
# call after which he might win stands still for a millisecond, so that he does.
switched() {
    neighbour mkdir -m 0755 "$VOLUME/n"
    neighbour ln -s "$VOLUME/n" /tmp/n/a
    neighbour ln -s /tmp/roots /tmp/n/b
    "$@" strace -qq -o /dev/null -e inject=openat,mknodat,symlinkat,readlinkat:delay_exit=1000 \
        /usr/bin/python3 -S -E -c "
import ctypes, os, socket, sys, time
path, volume = '/tmp/n/a/passwd', '$VOLUME'
$work
end, lost = time.monotonic() + 4, 0
open('/tmp/working', 'w').close()
while time.monotonic() < end:
    if not os.path.isfile('/tmp/roots/passwd'):
        lost += 1
        open('/tmp/roots/precious', 'w').close()
        os.rename('/tmp/roots/precious', '/tmp/roots/passwd')
    try: work()
    except OSError: pass
print(lost - 1) # it was not there in the beginning" 3>&- >/tmp/done &
    local worker=$!
    eventually test -e /tmp/working
    [ "$(neighbour "$PROBES/exchange" /tmp/n/a /tmp/n/b 3)" -gt 100 ]
    wait $worker
    cat /tmp/done
}

@test "link(2) of a socket, where there are no hard links" {
    mount_volume faulty link=EPERM
    local told work="
def work():
    try: os.link(volume + '/n.sock', path)
    finally:
        try: os.unlink(volume + '/n/passwd')
        except OSError: pass"
    leave_stale "$VOLUME/n.sock" neighbour
    told=$(switched shimmed_root)
    [ "$told" = 0 ] || fail "root's file was gone $told times"
}

@test "bind(2) and a stale marker" {
    mount_volume faulty mknod=EPERM
    local told work="
def work():
    try: os.symlink('/tmp/.qlshim-666/0123456789abcdef', volume + '/n/passwd')
    except OSError: pass
    try: os.stat(path)
    except OSError: pass
    s = socket.socket(socket.AF_UNIX)
    try: s.bind(path)
    finally:
        s.close()
        try: os.unlink(volume + '/n/passwd')
        except OSError: pass"
    told=$(switched shimmed_root)
    [ "$told" = 0 ] || fail "root's file was gone $told times"
}

@test "the trap is laid: who names a path twice removes root's file" {
    mount_volume faulty
    local told work="
def work():
    os.close(os.open(path, os.O_CREAT | os.O_EXCL))
    os.unlink(path)"
    told=$(switched env)
    [ "$told" -gt 0 ]
}
