# kill -9 at every system call of an expansion, a copy and a rename in a view (killed.bash; more filesystems and
# programs in make soak): the next process goes on, nothing is lost or half-copied. And several processes at once.

setup() {
    cd "$BATS_TEST_DIRNAME/../.."
    . tests/writable/common.bash
    . tests/writable/killed.bash
    make_ground tmpfs
}

teardown() {
    umount /srv
}

@test "a file is copied" { file_is_copied; }

@test "a folder is renamed, with all that is in it" { folder_is_renamed; }

@test "on an overlay, of musl: a file is copied" {
    umount /srv
    make_ground overlay
    file_is_copied build/busybox/busybox
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
