# The neighbour exchanges what a path means, as fast as he can for a second, while root or the victim works on it
# (tests/hostile/exchange.c). What is judged and what is changed must be the same thing: nothing is judged or opened by
# its path twice.

setup() {
    load ../programs/common
    load neighbour
    rm -rf /tmp/.qlshim-* /tmp/n /tmp/secret /tmp/done /tmp/working /tmp/victims-file
    mount_volume faulty mknod=EPERM
    neighbour mkdir -m 0755 /tmp/n
    echo secret >/tmp/secret
    chmod 0600 /tmp/secret
}

teardown() {
    end_servers
    unmount_volume
}

# Exchanges FIRST and SECOND while a command runs that ends where /tmp/done is.
exchanging() {
    local first=$1 second=$2
    shift 2
    "$@" 3>&- &
    local worker=$!
    eventually test -e /tmp/working
    [ "$(neighbour "$PROBES/exchange" "$first" "$second" "${SECONDS_OF_RACE:-1}")" -gt 100 ]
    touch /tmp/done
    wait $worker
    rm /tmp/working /tmp/done
}

# Repeats the Python statement, whatever it comes to.
again_and_again() {
    local statement=$1
    shift
    "$@" /usr/bin/python3 -S -E -c "
import ctypes, os
fchmodat = ctypes.CDLL(None).fchmodat # Debian's os.chmod knows no follow_symlinks=False
syscall = ctypes.CDLL(None).syscall # current uutils: SYS_fchmodat2 is 452 everywhere
def work():
    $statement
try: os.lstat('$VOLUME/met') # it has met a marker: from now on it looks for them
except OSError: pass
count = 0
while not os.path.exists('/tmp/done'):
    try: work()
    except OSError: pass
    count += 1
    if count == 1: open('/tmp/working', 'w').close()
assert count > 10, count"
}

@test "N5: fchmodat without following does not reach a file that is exchanged with a marker" {
    local folder="$VOLUME/n" how call
    neighbour mkdir "$folder"
    leave_stale "$VOLUME/root.sock" shimmed_root
    forge "$VOLUME/met" "$(address_in "$VOLUME/root.sock")"
    SECONDS_OF_RACE=2
    for how in env shimmed_root; do
        for call in "fchmodat(" "syscall(452, "; do
            rm -f "$folder"/*
            forge "$folder/a" "$(address_in "$VOLUME/root.sock")"
            chown 666:666 "$folder/a"
            neighbour ln -s /tmp/secret "$folder/b"
            exchanging "$folder/a" "$folder/b" again_and_again "${call}-100, b'$folder/a', 0o640, 0x100)" $how
            [ "$(stat -c '%a %u' /tmp/secret)" = "600 0" ] || fail "$how: $(stat -c '%a %u' /tmp/secret)"
        done
    done
    # The trap is laid: who follows the link is taken in.
    exchanging "$folder/a" "$folder/b" again_and_again "os.chmod('$folder/a', 0o640)" env
    [ "$(stat -c %a /tmp/secret)" = 640 ]
}

# The address leads through a folder that is a link to /tmp, where root's private folder is, and by turns one of the
# neighbour's, where a link to the secret is.
@test "N6: a marker whose address leads through a folder that is switched does not lead to the secret" {
    local folder="$VOLUME/n" address change owner failed=''
    local -a changes=("os.chmod('$folder/a', 0o640)" "fchmodat(-100, b'$folder/a', 0o640, 0x100)"
        "os.chown('$folder/a', 888, 888)" "os.chown('$folder/a', 888, 888, follow_symlinks=False)")
    neighbour mkdir "$folder"
    leave_stale "$VOLUME/root.sock" shimmed_root
    forge "$VOLUME/met" "$(address_in "$VOLUME/root.sock")"
    address=$(address_in "$VOLUME/root.sock")
    neighbour mkdir -p "/tmp/n/other$(dirname "${address#/tmp}")"
    neighbour ln -s /tmp/secret "/tmp/n/other${address#/tmp}"
    neighbour ln -s /tmp /tmp/n/d
    # The trap is laid.
    exchanging /tmp/n/d /tmp/n/other again_and_again "os.chmod('/tmp/n/d${address#/tmp}', 0o644)" env
    [ "$(stat -c %a /tmp/secret)" = 644 ]
    chmod 600 /tmp/secret
    for owner in 666 0; do # a marker of root's too, as where all files of a volume have one owner
        forge "$folder/a" "/tmp/n/d${address#/tmp}"
        chown "$owner:$owner" "$folder/a"
        for change in "${changes[@]}"; do
            exchanging /tmp/n/d /tmp/n/other again_and_again "$change" shimmed_root
            [ "$(stat -c '%a %u' /tmp/secret)" = "600 0" ] ||
                fail "$owner, $change: $(stat -c '%a %u' /tmp/secret)"
        done
    done
}

# A victim who holds a lock on a file of his own, and connects and stats where the neighbour exchanges links meanwhile.
keeps_its_lock() {
    local file=$1 how=$2 work=$3
    rm -f /tmp/n/[ab] /tmp/held
    neighbour ln -s "$VOLUME/own/s" /tmp/n/a
    neighbour ln -s "$file" /tmp/n/b
    exchanging /tmp/n/a /tmp/n/b $how /usr/bin/python3 -S -E -c "
import fcntl, os, socket, stat, sys
path = '/tmp/n/a'
file = open('$file', 'r+')
fcntl.lockf(file, fcntl.LOCK_EX)
def held():
    pid = os.fork()
    if pid == 0:
        try: fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError: os._exit(1)
        os._exit(0)
    return os.waitpid(pid, 0)[1] != 0
assert held()
try: socket.socket(socket.AF_UNIX).connect('$VOLUME/own/s') # has met a marker
except OSError: pass
open('/tmp/working', 'w').close()
while not os.path.exists('/tmp/done'):
    try: $work
    except OSError: pass
open('/tmp/held', 'w').write(str(held()))"
    [ "$(cat /tmp/held)" = True ]
}

# What keeps_its_lock says of connect and of stat where the file is at PATH.
locks_stay() {
    local file=$1 work failed=''
    unmount_volume
    mount_volume faulty mknod=EPERM symlink=EPERM
    mkdir -m 0755 "$VOLUME/own"
    chown "$NAMELESS_UID:$NAMELESS_UID" "$VOLUME/own"
    leave_stale "$VOLUME/own/s" shimmed
    [ -f "$VOLUME/own/s" ]
    [[ $file == /* ]] || file=$VOLUME/own/$file
    nameless bash -c 'echo mine >"$1"' bash "$file"
    # The trap is laid: a program that opens and closes the path itself loses its lock.
    run keeps_its_lock "$file" nameless "open(path).close()"
    [ "$status" -ne 0 ]
    for work in "socket.socket(socket.AF_UNIX).connect(path)" "os.stat(path)"; do
        keeps_its_lock "$file" shimmed "$work" || failed+="$work; "
    done
    [ -z "$failed" ] || fail "dropped the lock: $failed"
}

@test "N11: connect and stat where a marker is exchanged with a file do not drop the locks on it" {
    locks_stay /tmp/victims-file
}

@test "N11: nor where the file is on the marker's volume" {
    locks_stay victims-file
}

# A FIFO's open waits for its other end, and a device's may do anything: only what was seen to be a file is opened.
@test "a marker that is exchanged with a FIFO or a folder holds nobody up" {
    local folder="$VOLUME/n" other call
    local -a calls=("os.stat(path)" "os.lstat(path)" "os.access(path, 2)" "os.chmod(path, 0o640)" "os.chown(path, 0, 0)"
        "os.utime(path)" "os.truncate(path, 0)" "os.close(os.open(path, os.O_WRONLY | os.O_NONBLOCK))" "os.rename(path, path)"
        "os.link(path, path + '-link')" "socket.socket(socket.AF_UNIX).connect(path)" "socket.socket(socket.AF_UNIX).bind(path)"
        "socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM).sendto(b'x', path)")
    neighbour mkdir "$folder"
    leave_stale "$VOLUME/root.sock" shimmed_root
    forge "$VOLUME/met" "$(address_in "$VOLUME/root.sock")"
    forge "$folder/a" "$(address_in "$VOLUME/root.sock")"
    chown 666:666 "$folder/a"
    neighbour mkfifo "$folder/fifo"
    neighbour mkdir "$folder/folder"
    # Who opens what he took for a file waits.
    run timeout 1 cat "$folder/fifo"
    [ "$status" -eq 124 ]
    for other in fifo folder; do
        SECONDS_OF_RACE=2
        exchanging "$folder/a" "$folder/$other" shimmed_root /usr/bin/python3 -S -E -c "
import os, socket, sys
path, calls = sys.argv[1], [compile(text, text, 'eval') for text in sys.argv[2:]]
try: os.lstat('$VOLUME/met')
except OSError: pass
count = 0
while not os.path.exists('/tmp/done'):
    for call in calls:
        try: eval(call)
        except OSError: pass
        count += 1
    open('/tmp/working', 'w').close()
assert count > 10 * len(calls), count" "$folder/a" "${calls[@]}"
        rm -f "$folder/a-link"
    done
}
