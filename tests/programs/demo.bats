# The demo (tests/demo/run), as somebody runs it who sees the project for the first time; in a copy of the
# checkout, of which all else that is here keeps its hands off.

setup_file() {
    mkdir -p /mnt/disk/checkout/build
    cp -a tests /mnt/disk/checkout/
    cp -a build/{libqlshim.so,qlshim,npm,npm-panel} /mnt/disk/checkout/build/
}

setup() {
    load common
    cd /mnt/disk/checkout
    ESCAPE=$'\e'
    mkdir -p -m 1777 /tmp/demo
    export TMPDIR=/tmp/demo
    cp /proc/self/mounts "$BATS_TEST_TMPDIR/mounts"
}

teardown() {
    rm -f tests/demo/rows/*-added.bash
    chown root: build
}

# Of mounts, processes and files. One that was there may have gone: the kernel takes it from all namespaces
# where somebody removes the folder that it lies on.
nothing_left() {
    [ -z "$(grep -vxF -f "$BATS_TEST_TMPDIR/mounts" /proc/self/mounts)" ]
    ! ps -e -o comm= | grep -E '^(node|PM2|cron|rclone|fusefat|unshare)' || fail "still there"
    [ -z "$(pgrep -U 12345)" ]
    [ "$(ls -A build | xargs)" = "libqlshim.so npm npm-panel qlshim" ]
    [ -z "$(ls -A /tmp/demo)" ]
    [ -z "$(ls -A /tmp | grep -E 'qlshim|row')" ]
}

# Each of these rows, and no other, has failed bare and works with the shim.
all_kept() {
    local rows=$1
    [ "$(grep -cE '^[^|]+\| fails.*\| works \([0-9.]+ s\)$' <<<"$output")" = "$rows" ]
    [[ ${lines[-1]} =~ ^"$rows of $rows fail bare, $rows of $rows work with qlshim ("[0-9]+" s)"$ ]]
    [ "$status" -eq 0 ]
}

add_row() {
    cat >tests/demo/rows/99-added.bash
}

@test "in a pipe: every row, plain, in 100 columns, with the programs' own words; nothing is left" {
    run --separate-stderr tests/demo/run
    all_kept "$(ls tests/demo/rows | wc -l)"
    [[ $output != *"$ESCAPE"* && $stderr != *"$ESCAPE"* ]]
    [ "$(wc -L <<<"$output")" -le 100 ]
    local words
    for words in "cannot find name for user ID" "uv_os_get_passwd returned ENOENT" "KeyError: 'getpwuid" \
        "mkdir '/.pm2/logs'" "has not ended" "listen EIO" "your UID isn't in the" "can't open or create"; do
        [[ $output == *"$words"* ]] || fail "$words"
    done
    # What ran is said while it runs.
    [[ $stderr =~ [0-9]+" s  cron, shimmed" && $stderr == *"s  pm2, bare: ended"* ]]
    nothing_left
}

@test "on a terminal: in colour, but not with NO_COLOR" {
    TERM=xterm run script -qec 'tests/demo/run names python' /dev/null
    [ "$status" -eq 0 ]
    [[ $output == *"$ESCAPE[31mfails"*"$ESCAPE[32m works"* ]]
    grep -qE "s  [0-3] of 4 done, running: (names|python)" <<<"$output"
    NO_COLOR=1 run script -qec 'tests/demo/run names' /dev/null
    [ "$status" -eq 0 ]
    [[ $output != *"$ESCAPE"* && $output == *"1 of 1 fail bare, 1 of 1 work"* ]]
}

@test "without /dev/fuse: the rows that need no volume, and which are not shown" {
    mount --bind /dev/null /dev/fuse
    run --separate-stderr tests/demo/run names pm2 fat
    all_kept 1
    [[ $output == *"not shown: pm2 fat, because /dev/fuse cannot be opened here"* ]]
    run tests/demo/run fat
    [ "$status" -ne 0 ]
    [[ $output == *"not shown: fat, because /dev/fuse"* ]]
    umount /dev/fuse
}

as_user() {
    setpriv --reuid 34567 --regid 34567 --clear-groups "$@"
}

@test "without root: in user namespaces" {
    chown 34567:34567 build
    run --separate-stderr as_user tests/demo/run names home crontab
    all_kept 3
    [[ $output == *"without CAP_SYS_ADMIN: in user namespaces"* ]]
    nothing_left

    # To whom the device is open, with volumes.
    mknod -m 666 /mnt/fuse c 10 229
    mount --bind /mnt/fuse /dev/fuse
    run --separate-stderr as_user tests/demo/run fat
    umount /dev/fuse
    all_kept 1
    nothing_left
}

# Runs a command where nobody may make a user namespace: in a changed root.
in_changed_root() {
    mkdir -p /mnt/root
    mount --rbind / /mnt/root
    run --separate-stderr chroot /mnt/root "$@"
    umount -l /mnt/root
}

@test "as root without CAP_SYS_ADMIN, as in a container: without namespaces, one at a time" {
    in_changed_root setpriv --bounding-set -sys_admin "$PWD/tests/demo/run" names home pm2 crontab
    all_kept 3
    [[ $output == *"not shown: pm2, because mounting takes CAP_SYS_ADMIN"* ]]
    [[ $stderr == *"home, bare: ended"*"home, shimmed"* ]]
    nothing_left
}

# As by docker's `--tmpfs /run`: bare, cron would start and stay, and hold the lock against the next.
@test "where anybody may write /run, the row of cron is left out, and says so" {
    mount -t tmpfs -o mode=1777 tmpfs /run
    run --separate-stderr tests/demo/run names cron
    local in_namespaces=$output
    all_kept 1
    in_changed_root setpriv --bounding-set -sys_admin "$PWD/tests/demo/run" names cron
    all_kept 1
    umount /run
    for output in "$in_namespaces" "$output"; do
        [[ $output == *"not shown: cron, because anybody may write /run here"* ]]
    done
    nothing_left
}

@test "with neither root nor user namespaces it says what it lacks" {
    in_changed_root setpriv --reuid 34567 --regid 34567 --clear-groups "$PWD/tests/demo/run"
    [ "$status" -eq 2 ]
    [[ $stderr == *"nothing can be shown: "*"it takes root and namespaces" ]]
}

@test "a row that works bare, or not with the shim, or fails for another reason, is no success" {
    add_row <<<'title=one bare=("no such") shimmed=("^yes") ; try() { echo yes; }'
    run tests/demo/run names added
    [ "$status" -eq 1 ]
    [[ $output == *"| works, which it was not to"* ]]
    [[ ${lines[-1]} == "1 of 2 fail bare, 2 of 2 work with qlshim "* ]]

    add_row <<<'title=one bare=("^no") shimmed=("^yes") ; try() { echo no; user false; echo yes; }'
    run tests/demo/run added
    [ "$status" -eq 1 ]
    [[ $output == *"| does not work: status 1"* ]]
    [[ ${lines[-1]} == "1 of 1 fail bare, 0 of 1 work with qlshim "* ]]

    add_row <<<'title=one bare=("foretold") shimmed=("^u12345") ; try() { user whoami; }'
    run tests/demo/run added
    [ "$status" -eq 1 ]
    [[ $output == *"| fails, but says nothing of"* ]]
    [[ ${lines[-1]} == "0 of 1 fail bare, 1 of 1 work with qlshim "* ]]

    run tests/demo/run nothing
    [ "$status" -eq 2 ]
    [[ $output == *"there is no row nothing; there are: names node"* ]]
}

running() {
    pgrep -U 12345 -f "$1"
}

gone() {
    ! kill -0 "$1" || false
}

# ended_early COMMAND…: while a row that hangs and one that waits are at it
ended_early() {
    "$@" >/dev/null 2>&1 3>&- &
    local demo=$!
    eventually running "$HANGS"
    kill -TERM $demo
    eventually gone $demo
    nothing_left
}

@test "ended before its time it leaves nothing" {
    HANGS=PM2 ended_early tests/demo/run pm2
    HANGS=cron ended_early tests/demo/run cron
    mkdir -p /mnt/root
    mount --rbind / /mnt/root
    cp /proc/self/mounts "$BATS_TEST_TMPDIR/mounts"
    HANGS=cron ended_early chroot /mnt/root setpriv --bounding-set -sys_admin "$PWD/tests/demo/run" cron
    umount -l /mnt/root
}
