# kill -9 at every system call of an expansion, a copy and a rename in a view, by strace's fault injection, in one
# process: the next one goes on, nothing is lost or half-copied.

# make_ground FILESYSTEM: the tree, and on the same filesystem the upper folder.
make_ground() {
    mount_srv "$1"
    make_tree /srv/app
    seq 20000 >/srv/app/a/b/long
    lower_state >/tmp/lower
    mkdir -p -m 777 /tmp/out
    UPPER=/srv/tmp/upper
    LD_PRELOAD_BOTH=$PWD/build/libqlshim-writable.so:$LIBRARY
}

# Without -f: the program does all by itself.
traced() {
    in_view QLSHIM_UPPER="$UPPER" strace -qqq -o /tmp/out/trace "$@" >/tmp/out/output 2>&1
}

# The name and the number of each system call from the first that names the upper folder's lock on. Those that are left
# out change no file: who is killed there leaves what one leaves who is killed at the next.
steps() {
    awk '{ name = $0; sub(/\(.*/, "", name); seen[name]++ }
        /\/lock"/ { lifted = 1 }
        lifted && name !~ /^(exit_group|close|munmap|mmap|rt_sigprocmask|getrandom)$/ { print name, seen[name] }' /tmp/out/trace
}

# A fresh upper folder, prepared by a first process as in a container that runs.
fresh_upper() {
    rm -rf "$UPPER"
    in_view QLSHIM_UPPER="$UPPER" true
}

# killed_everywhere AFTER COMMAND…: at each step of the command; then it is tried again, and AFTER must hold.
killed_everywhere() {
    local after=$1 call number result
    shift
    fresh_upper
    traced env LD_PRELOAD="$LD_PRELOAD_BOTH" "$@" || fail "$(cat /tmp/out/output)"
    "$after" || fail "not even without a kill: $after"
    steps >/tmp/out/steps
    echo "$(wc -l </tmp/out/steps) steps"
    [ "$(wc -l </tmp/out/steps)" -gt 10 ]
    while read -r call number <&3; do
        fresh_upper
        result=0
        traced -e "inject=$call:signal=SIGKILL:when=$number" env LD_PRELOAD="$LD_PRELOAD_BOTH" "$@" || result=$?
        [ "$result" -eq 137 ] || fail "not killed at $call $number: $result"
        # Half of it is nothing: what is there is the lower file, or all of the new one.
        in_view QLSHIM_UPPER="$UPPER" cmp /srv/app/a/b/long /tmp/out/long 2>/dev/null ||
            in_view QLSHIM_UPPER="$UPPER" cmp /srv/app/a/b/long /tmp/out/longer 2>/dev/null ||
            in_view QLSHIM_UPPER="$UPPER" cmp /srv/app/moved/b/long /tmp/out/long || fail "half at $call $number"
        in_view QLSHIM_UPPER="$UPPER" "$@" >/tmp/out/again 2>&1 || "$after" || fail "$call $number: $(cat /tmp/out/again)"
        "$after" || fail "after $call $number"
    done 3</tmp/out/steps
    lower_unchanged
}

appended() {
    in_view QLSHIM_UPPER="$UPPER" tail -n 1 /srv/app/a/b/long | grep -qx 'the end' &&
        [ "$(in_view QLSHIM_UPPER="$UPPER" find /srv/app | sort | cksum)" = "$(find /srv/app | sort | cksum)" ]
}

# file_is_copied [BUSYBOX]: dd opens, copies up, writes: once more gives the same.
file_is_copied() {
    seq 20000 >/tmp/out/long
    { seq 20000; echo 'the end'; } >/tmp/out/longer
    echo 'the end' >/tmp/out/end
    run nameless "$@" dd if=/tmp/out/end of=/srv/app/a/b/long conv=notrunc bs=1 seek=108894
    [ "$status" -ne 0 ] # without the shim
    killed_everywhere appended "$@" dd if=/tmp/out/end of=/srv/app/a/b/long conv=notrunc bs=108894 seek=1 status=none
}

moved() {
    in_view QLSHIM_UPPER="$UPPER" cmp /srv/app/moved/b/long /tmp/out/long &&
        ! in_view QLSHIM_UPPER="$UPPER" test -e /srv/app/a &&
        [ "$(in_view QLSHIM_UPPER="$UPPER" find /srv/app/moved | wc -l)" -eq "$(find /srv/app/a | wc -l)" ]
}

# folder_is_renamed [BUSYBOX]
folder_is_renamed() {
    seq 20000 >/tmp/out/long
    : >/tmp/out/longer
    run nameless "$@" mv /srv/app/a /srv/app/moved
    [ "$status" -ne 0 ]
    killed_everywhere moved "$@" mv -T /srv/app/a /srv/app/moved
}
