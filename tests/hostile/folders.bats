# The neighbour exchanges the folder that a path leads through, while root or the victim works in it: what is made, looked at
# and removed must lie in one folder.

setup() {
    load ../programs/common
    load neighbour
    OTHERS=()
    rm -rf /tmp/.qlshim-* /tmp/n /tmp/own /tmp/roots /tmp/done /tmp/working
    neighbour mkdir -m 0755 /tmp/n
    mkdir -m 0755 /tmp/roots
}

teardown() {
    local mount
    end_servers
    unmount_volume
    for mount in "${OTHERS[@]}"; do
        read -r VOLUME VOLUME_PID <<<"$mount"
        unmount_volume
    done
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

# record_of PATH [COMMAND…]: what the victim's bind there, run by the command, records of a volume; it is forgotten then.
record_of() {
    local path=$1
    shift
    shimmed "$@" /usr/bin/python3 -S -E -c '
import glob, os, socket, sys
s = socket.socket(socket.AF_UNIX)
try: s.bind(sys.argv[1])
except OSError: pass
for record in glob.glob("/tmp/.qlshim-23456/verdict-*"):
    print(os.path.basename(record), os.readlink(record).split()[0])
    os.unlink(record)' "$path"
    rm -f "$path"
}

@test "the verdict on a volume is that of the volume where the trial was, not of what lies at the path before or after" {
    local i volume good bad good_record bad_record record wrong=0 seen="" trial=(strace -qq -o /dev/null -e inject=statx:delay_exit=3000)
    mount_volume faulty
    good=$VOLUME
    OTHERS+=("$VOLUME $VOLUME_PID")
    mount_volume faulty mknod=EPERM
    bad=$VOLUME
    for volume in "$good" "$bad"; do
        nameless mkdir "$volume/v"
        chmod 777 "$volume/v"
    done
    good_record=$(record_of "$good/v/s")
    bad_record=$(record_of "$bad/v/s")
    [[ $good_record == "verdict-"*" takes" && $bad_record == "verdict-"*" refuses" ]]
    neighbour ln -s "$good/v" /tmp/n/a
    neighbour ln -s "$bad/v" /tmp/n/b
    neighbour "$PROBES/exchange" /tmp/n/a /tmp/n/b 8 >/tmp/done &
    SERVERS+=($!)
    for i in {1..60}; do
        record=$(record_of /tmp/n/a/s "${trial[@]}")
        [[ -z $record || $record == "$good_record" || $record == "$bad_record" ]] || wrong=$((wrong + 1))
        [[ $seen == *"$record"* ]] || seen+="$record "
        rm -f {"$good","$bad"}/v/*
    done
    echo "$wrong wrong, seen: $seen"
    [ $wrong -eq 0 ]
    [[ $seen == *"$good_record"* && $seen == *"$bad_record"* ]]
}

# An empty file of the victim's own, which a bind would take for what a failed one has left, if it lay on the volume that
# refuses sockets.
@test "bind(2) and a leftover: the folder that was judged is the one where it is replaced" {
    mount_volume faulty mknod=EPERM symlink=EPERM
    neighbour mkdir -m 0777 "$VOLUME/n"
    nameless mkdir -m 0700 /tmp/own
    nameless touch /tmp/own/lock
    neighbour ln -s "$VOLUME/n" /tmp/n/a
    neighbour ln -s /tmp/own /tmp/n/b
    sleep 6
    shimmed strace -qq -o /dev/null -e inject=statx,openat:delay_exit=1000 /usr/bin/python3 -S -E -c "
import os, socket, time
open('/tmp/working', 'w').close()
end = time.monotonic() + 6
while time.monotonic() < end:
    with socket.socket(socket.AF_UNIX) as server:
        try: server.bind('/tmp/n/a/lock')
        except OSError: pass
    try: os.unlink('$VOLUME/n/lock')
    except OSError: pass" 3>&- &
    SERVERS+=($!)
    eventually test -e /tmp/working
    [ "$(neighbour "$PROBES/exchange" /tmp/n/a /tmp/n/b 5)" -gt 100 ]
    wait ${SERVERS[-1]}
    SERVERS=()
    [ "$(stat -c '%s %F' /tmp/own/lock)" = "0 regular empty file" ]
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
