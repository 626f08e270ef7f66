# What the command has for folders that are not one's own: exec and env --writable.

setup() {
    cd "$BATS_TEST_DIRNAME/../.."
    . tests/writable/common.bash
    rm -rf /tmp/.qlshim-23456
    mount_srv tmpfs
    make_tree /srv/app
    make_tree /srv/other
    lower_state >/tmp/lower
}

teardown() {
    umount /srv
}

@test "exec --writable: a folder, several, and those that are set already" {
    run nameless "$QLSHIM" exec -- touch /srv/app/new
    [ "$status" -ne 0 ]
    run nameless "$QLSHIM" exec --writable /srv/app -- bash -ec 'touch /srv/app/new; ls /srv/app/new'
    [ "$output" = /srv/app/new ]
    run nameless "$QLSHIM" exec --writable /srv/app bash -c 'touch /srv/other/new'
    [ "$status" -ne 0 ]
    run nameless QLSHIM_WRITABLE=/srv/app "$QLSHIM" exec --writable=/srv/other -- bash -ec 'touch /srv/{app,other}/new; echo $QLSHIM_WRITABLE'
    [ "$output" = /srv/app:/srv/other ]
    run nameless "$QLSHIM" exec --writable /srv/app --writable /srv/other -- bash -ec 'rm /srv/{app,other}/f'
    [ "$status" -eq 0 ]
    lower_unchanged
}

@test "exec --writable: the second library is found beside the first, and only where it is asked for" {
    run nameless "$QLSHIM" exec --writable /srv/app -- env
    [[ $output == *"LD_PRELOAD=${LIBRARY%.so}-writable.so:$LIBRARY"* ]]
    run nameless "$QLSHIM" exec -- env
    [[ $output == *"LD_PRELOAD=$LIBRARY"* && $output != *-writable.so* ]]
    run "$QLSHIM" exec --writable /srv/app -- env # root has no views
    [[ $output != *-writable.so* ]]
    mkdir /srv/lib
    cp "$LIBRARY" /srv/lib/
    run nameless QLSHIM_LIBRARY=/srv/lib/libqlshim.so "$QLSHIM" exec --writable /srv/app -- echo done
    [[ $output == *"cannot load libqlshim-writable.so, which belongs beside libqlshim.so: ENOENT; nothing is writable"*done ]]
}

@test "a folder that can be no view is a mistake in one line" {
    local folder
    for folder in app / /proc /sys/fs /dev/shm /a/../b /a:b "$(printf '/%0300d' 1)"; do
        run --separate-stderr nameless "$QLSHIM" exec --writable "$folder" echo run
        [ "$status" -eq 125 ] || fail "$folder: $status"
        [[ $stderr == "qlshim: --writable $folder: "* && $stderr != *$'\n'* && -z $output ]]
        run nameless "$QLSHIM" env --writable "$folder"
        [ "$status" -eq 125 ]
    done
    run nameless "$QLSHIM" exec --writable
    [ "$output" = "qlshim: --writable: needs a value; see qlshim exec --help" ]
    run nameless "$QLSHIM" exec --help
    [[ $output == *"--writable DIR"* ]]
}

@test "env --writable: what a shell starts writes there" {
    run nameless bash -c 'touch /srv/app/new'
    [ "$status" -ne 0 ]
    run nameless "$QLSHIM" env --writable /srv/app --writable /srv/other
    [[ $output == *"export QLSHIM_WRITABLE='/srv/app:/srv/other'"* ]]
    run nameless QLSHIM=$QLSHIM bash -ec 'eval "$($QLSHIM env --writable /srv/app)"; touch /srv/app/new; ls /srv/app/new'
    [ "$output" = /srv/app/new ]
    lower_unchanged
}

write_something() {
    in_view bash -ec 'mkdir -p /srv/app/q/r; echo a >>/srv/app/f; rm /srv/app/a/b/x.txt; ln -s foo /srv/app/a/lnk; mv /srv/app/c /srv/app/cc'
}

lines_of_layer() {
    nameless "$@" "$QLSHIM" status | sed '1,/^layer/d; s/^ *//'
}

WRITTEN='removed  /srv/app/a/b/x.txt
written  /srv/app/a/lnk
written  /srv/app/cc/
written  /srv/app/f
written  /srv/app/q/
removed  /srv/app/c'

@test "status: where the layer is, how large, what was written and removed; nothing without one" {
    run nameless "$QLSHIM" status
    [ "$output" = "no redirected sockets" ]
    run nameless bash -c 'echo a >>/srv/app/f'
    [ "$status" -ne 0 ]
    in_view true
    [ -z "$(lines_of_layer)" ]
    write_something
    run nameless "$QLSHIM" status
    [[ ${lines[1]} == "layer  /tmp/.qlshim-23456/upper: 4 written, 2 removed, "*" KiB, not in use" ]]
    [ "$(lines_of_layer)" = "$WRITTEN" ]
    in_view head -c 3M /dev/zero | in_view tee /srv/app/q/r/large >/dev/null
    run nameless "$QLSHIM" status
    [[ ${lines[1]} == *", 3 MiB, not in use" ]]
    # A folder of QLSHIM_UPPER's; root sees all of them, another user none.
    in_view QLSHIM_UPPER=/srv/tmp/u touch /srv/app/new
    [ "$(lines_of_layer)" = "$WRITTEN" ]
    [[ "$(lines_of_layer QLSHIM_UPPER=/srv/tmp/u)" == *"layer  /srv/tmp/u: 1 written, 0 removed, "*"written  /srv/app/new" ]]
    [[ "$("$QLSHIM" status)" == *"layer  /tmp/.qlshim-23456/upper: 4 written"* ]]
    run setpriv --reuid 34567 --regid 34567 --clear-groups env -i QLSHIM_UPPER=/srv/tmp/u "$QLSHIM" status
    [ "$output" = "no redirected sockets" ]
    lower_unchanged
}

@test "status --clean takes the layer away, and the next process begins anew" {
    write_something
    lines_of_layer | grep -q written
    "$QLSHIM" status --clean # of another's, even root takes nothing away
    [ "$(lines_of_layer)" = "$WRITTEN" ]
    run nameless "$QLSHIM" status --clean
    [[ $output == *"upper: 4 written, 2 removed, "*" KiB, not in use: taken away" ]]
    run nameless "$QLSHIM" status
    [ "$output" = "no redirected sockets" ]
    [ "$(find /tmp/.qlshim-23456/upper -type f -size +0 -o -type l | wc -l)" -eq 0 ]
    [ "$(in_view find /srv/app | sort)" = "$(find /srv/app | sort)" ]
    [ "$(in_view cat /srv/app/f)" = f ]
    write_something
    [ "$(lines_of_layer)" = "$WRITTEN" ]
    lower_unchanged
}

# cleaned EXPECTED: says whether it was.
cleaned() {
    run nameless "$QLSHIM" status --clean
    [[ $output == *"$1" || $output == *"$1"$'\n'* ]] || fail "$output"
}

@test "status --clean: not while a process uses it, be it a child, hidden, or in another PID namespace; on tmpfs and overlay" {
    local place program
    mkdir /mnt/disk/{lower,upper,work,tmp}
    mount -t overlay -o lowerdir=/mnt/disk/lower,upperdir=/mnt/disk/upper,workdir=/mnt/disk/work overlay /mnt/disk/tmp
    chmod 1777 /mnt/disk/tmp
    for place in /srv/tmp /mnt/disk/tmp; do
        export QLSHIM_TMPDIR=$place
        inside() { in_view QLSHIM_TMPDIR=$place "$@"; }
        inside touch /srv/app/new
        # A program; one whose descriptors are closed; the child of one that has ended; one that hides.
        for program in 'exec sleep 60' 'for fd in {3..255}; do eval "exec $fd>&-"; done; while :; do sleep 1; done' \
            'sleep 60 & exit' \
            'exec python3 -c "import ctypes, time; ctypes.CDLL(None).prctl(4, 0); print(flush=True); time.sleep(60)"'; do
            LIMIT=60 inside bash -c "$program" &
            sleep 1
            run nameless QLSHIM_TMPDIR=$place "$QLSHIM" status --clean
            [[ $output == *"upper: 1 written, 0 removed, "*", in use by "*": it stays"* ]] || fail "$place, $program: $output"
            end_programs
            wait
            eventually all_ended
        done
        [ "$(inside ls /srv/app/new)" = /srv/app/new ]
        if [ $place = /srv/tmp ]; then # an overlay is a container's own
            LIMIT=60 unshare --pid --fork bash -c '. tests/writable/common.bash 2>/dev/null; LIMIT=60 in_view QLSHIM_TMPDIR=/srv/tmp sleep 50' &
            eventually pgrep -x sleep
            sleep 1
            run unshare --pid --fork --mount-proc bash -c '. tests/programs/common.bash 2>/dev/null; nameless QLSHIM_TMPDIR=/srv/tmp "$QLSHIM" status --clean'
            [[ $output == *"in use by processes that are not seen here: it stays"* ]]
            end_programs
            wait
            eventually all_ended
        fi
        run nameless QLSHIM_TMPDIR=$place "$QLSHIM" status --clean
        [[ $output == *"not in use: taken away" ]] || fail "$place: $output"
    done
    unset QLSHIM_TMPDIR
    umount /mnt/disk/tmp
}

@test "status --clean: its links lead nowhere, and another's folder is left alone" {
    mkdir -p -m 777 /srv/victim
    echo kept >/srv/victim/file
    chown -R 23456 /srv/victim
    write_something
    nameless ln -s /srv/victim /tmp/.qlshim-23456/upper/tree/srv/app/q/away
    nameless QLSHIM_UPPER=/srv/tmp/u ln -s /tmp/.qlshim-23456/upper /srv/tmp/link
    cleaned "taken away"
    [ "$(cat /srv/victim/file)" = kept ]
    write_something
    run nameless QLSHIM_UPPER=/srv/tmp/link "$QLSHIM" status --clean
    [[ $output != *"/srv/tmp/link"* ]]
    # One that others may write is believed by nobody.
    write_something
    chmod 777 /tmp/.qlshim-23456/upper
    run nameless "$QLSHIM" status --clean
    [ "$output" = "no redirected sockets" ]
    [ -d /tmp/.qlshim-23456/upper/tree ]
}

@test "status --clean, killed at each step, and at once with programs that start" {
    local call when place i
    write_something
    for call in unlinkat renameat2; do
        for when in 1 2 3; do
            write_something 2>/dev/null || true
            nameless strace -qqq -o /dev/null -e "inject=$call:signal=SIGKILL:when=$when" "$QLSHIM" status --clean >/dev/null 2>&1 && fail "not killed at $call $when"
            # All is there, or nothing.
            if in_view test -e /srv/app/q; then
                [ "$(lines_of_layer)" = "$WRITTEN" ]
            else
                [ "$(in_view find /srv/app | sort)" = "$(find /srv/app | sort)" ]
            fi
            nameless "$QLSHIM" status --clean >/dev/null
        done
    done
    for i in 1 2 3; do
        (for n in {1..15}; do
            in_view bash -ec 'mkdir -p /srv/app/d/$$; echo $$ >/srv/app/d/$$/x; [ "$(cat /srv/app/d/$$/x)" = $$ ]; [ -e /srv/app/d/x.txt ]; rm -r /srv/app/d/$$' ||
                echo lost >>/srv/tmp/lost
        done) &
    done
    while [ -n "$(jobs -r)" ]; do nameless "$QLSHIM" status --clean >/dev/null; done
    wait
    [ ! -e /srv/tmp/lost ]
    lower_unchanged
}
