# kill -9 at every system call of an expansion, a copy and a rename in a view, by strace's fault injection: the
# next process goes on, nothing is lost or half-copied. And several processes at once.

setup() {
    cd "$BATS_TEST_DIRNAME/../.."
    . tests/writable/common.bash
    mount_srv tmpfs
    make_tree /srv/app
    seq 20000 >/srv/app/a/b/long
    lower_state >/tmp/lower
    mkdir -p -m 777 /tmp/out
}

teardown() {
    umount /srv
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
    UPPER=/tmp/upper
    shift
    LD_PRELOAD_BOTH=$PWD/build/libqlshim-writable.so:$LIBRARY
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

# dd opens, copies up, writes: once more gives the same.
@test "a file is copied" {
    seq 20000 >/tmp/out/long
    { seq 20000; echo 'the end'; } >/tmp/out/longer
    echo 'the end' >/tmp/out/end
    run nameless dd if=/tmp/out/end of=/srv/app/a/b/long conv=notrunc bs=1 seek=108894
    [ "$status" -ne 0 ] # without the shim
    killed_everywhere appended dd if=/tmp/out/end of=/srv/app/a/b/long conv=notrunc bs=108894 seek=1 status=none
}

moved() {
    in_view QLSHIM_UPPER="$UPPER" cmp /srv/app/moved/b/long /tmp/out/long &&
        ! in_view QLSHIM_UPPER="$UPPER" test -e /srv/app/a &&
        [ "$(in_view QLSHIM_UPPER="$UPPER" find /srv/app/moved | wc -l)" -eq "$(find /srv/app/a | wc -l)" ]
}

@test "a folder is renamed, with all that is in it" {
    seq 20000 >/tmp/out/long
    : >/tmp/out/longer
    run nameless mv /srv/app/a /srv/app/moved
    [ "$status" -ne 0 ]
    killed_everywhere moved mv -T /srv/app/a /srv/app/moved
}

@test "eight processes write in the same folders at once: nothing is lost" {
    local i
    run nameless bash -c 'echo >/srv/app/a/b/c/mine'
    [ "$status" -ne 0 ]
    for i in {1..8}; do
        in_view bash -ec 'for n in {1..40}; do
            mkdir -p /srv/app/a/b/d$((n % 7)); echo $1 >>/srv/app/a/b/c/log; echo $1 >/srv/app/lib/f$1.$n
            echo $1 >/srv/app/b/t$1; mv /srv/app/b/t$1 /srv/app/c/t$1; rm /srv/app/c/t$1; done' bash "$i" &
    done
    wait
    [ "$(in_view cat /srv/app/a/b/c/log | wc -l)" -eq 320 ]
    [ "$(in_view ls /srv/app/lib | wc -l)" -eq $((320 + 2)) ]
    lower_unchanged
    [ -z "$(ls -A /tmp/.qlshim-23456/upper/work)" ]
}

@test "a full, a read-only and a missing QLSHIM_UPPER: the native error, and one line" {
    mkdir -m 1777 /tmp/full
    mount -t tmpfs -o size=512k,mode=1777 tmpfs /tmp/full
    nameless mkdir /tmp/full/u
    run --separate-stderr in_view QLSHIM_UPPER=/tmp/full/u true
    [ "$status" -eq 0 ]
    head -c 480k /dev/zero >/tmp/full/fill || true
    run --separate-stderr in_view QLSHIM_UPPER=/tmp/full/u bash -c 'echo more >>/srv/app/a/b/long'
    [ "$status" -ne 0 ]
    [[ $stderr == *"cannot write /srv/app/a/b in /tmp/full/u: ENOSPC; QLSHIM_UPPER names another folder for it"* ]]
    [[ $stderr == *"Permission denied"* ]]
    mount -o remount,ro /tmp/full
    run --separate-stderr in_view QLSHIM_UPPER=/tmp/full/v bash -c 'echo more >/srv/app/new'
    [[ $stderr == *"QLSHIM_WRITABLE: cannot use /tmp/full/v: EROFS; nothing is writable"* ]]
    umount /tmp/full
    run --separate-stderr in_view QLSHIM_UPPER=/tmp/none/u bash -c 'echo more >/srv/app/new'
    [[ $stderr == *"QLSHIM_WRITABLE: cannot use /tmp/none/u: ENOENT; nothing is writable"* ]]
    [[ $stderr == *"Permission denied"* ]]
}

# first FILE INJECT…: a process that may be the first in a fresh upper folder, held up by strace(1), writes a file.
first() {
    local file=$1
    shift
    nameless HOME=/tmp QLSHIM_WRITABLE=/srv/app QLSHIM_UPPER=/tmp/fresh strace -qqq -o /dev/null -E LD_PRELOAD="$LIBRARY" "${@/#/--inject=}" \
        bash -c 'echo written >"/srv/app/$0"' "$file"
}

@test "two begin at once: what the one, who has the lock, clears away is not missed by the other" {
    rm -rf /tmp/fresh
    run nameless bash -c 'echo written >/srv/app/one'
    [ "$status" -ne 0 ]
    # The one has made its folders when the other comes, and looks again while that clears them away.
    first one mkdirat:delay_exit=1000000:when=2 2>/tmp/said-one &
    eventually test -e /tmp/fresh
    sleep 0.3
    first two unlinkat:delay_exit=2000000:when=2 2>/tmp/said-two
    wait $!
    cat /tmp/said-one /tmp/said-two | diff /dev/null -
    in_view QLSHIM_UPPER=/tmp/fresh cat /srv/app/one /srv/app/two | diff <(printf 'written\nwritten\n') -
}
