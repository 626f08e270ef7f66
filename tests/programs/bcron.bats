# bcron from Debian (tests/bcron), as a user without a name: the scheduler, the spooler behind
# unixserver, the client, and system crontabs. Its own settings say who it is and where its socket
# is, here on a volume that refuses sockets. libfaketime lets thirty seconds pass in one.

setup_file() {
    load common
    tests/bcron
    tests/busybox
    mount_volume rclone
    export VOLUME VOLUME_PID VOLUME_KIND
}

teardown_file() {
    load common
    unmount_volume
}

setup() {
    load common
    load cron
    . tests/crons/vi.bash
    prepare_cron
    BCRON=$PWD/build/bcron/usr
    SEARCH=$BCRON/sbin:$BCRON/bin:/usr/bin:/bin
    SOCKET=$VOLUME/$BATS_TEST_NUMBER.sock
    OWN_SETTINGS=(BCRON_USER=u23456 BCRON_SOCKET="$SOCKET")
    faked "${OWN_SETTINGS[@]}"
}

teardown() {
    end_cron
}

start_bcron() {
    start_daemon bcron-start 'bcron-sched: Starting'
    LIMIT=300 shell 'exec unixserver "$BCRON_SOCKET" bcron-spool' >>/tmp/out/spool.log 2>&1 &
    eventually test -e "$SOCKET"
}

# edit_with_vi LINE: behind what is there, by busybox's vi on a terminal, for which time runs as it does.
edit_with_vi() {
    local SETTINGS=("${OWN_SETTINGS[@]}" EDITOR=/tmp/out/vi TERM=dumb) screen=/tmp/out/screen
    printf '#!/bin/sh\nexec %s vi "$@"\n' "$PWD/build/busybox/busybox" >/tmp/out/vi
    chmod 755 /tmp/out/vi
    : >$screen
    WAIT=10 type_in_vi $screen "$1" | SHELL=/bin/bash LIMIT=30 script -qefc "$(declare -f as nameless shimmed shell)
        $(declare -p LIBRARY NAMELESS_UID SEARCH SETTINGS); timeout() { command timeout --foreground \"\$@\"; }; shell 'bcrontab -e'" /dev/null >>$screen 2>&1 || fail "$(<$screen)"
}

@test "bare: bcron knows no such user, cannot bind its socket, and cannot read its spool" {
    SHIM=bare
    SETTINGS=("${OWN_SETTINGS[@]}")
    run shell bcron-start
    [ "$status" -eq 111 ]
    [[ $output == *"Could not look up cron user"* ]]
    run shell 'unixserver "$BCRON_SOCKET" bcron-spool'
    [ "$status" -ne 0 ]
    [[ $output == *"bind: Input/output error"* ]]
    run shell bcron-sched
    [[ $output == *"bcron-sched: Fatal: Could not open crontabs directory: Permission denied"* ]]
    run shell "bcrontab -l"
    [[ $output == *"Could not determine user name"* ]]
}

@test "install, fire, replace, fire, remove, no fire" {
    start_bcron
    shell "echo '* * * * * { id; env; } >>/tmp/out/first' >$TAB; bcrontab $TAB"
    [ "$(shell 'bcrontab -l')" = "$(<$TAB)" ]
    [ "$(stat -c '%a %u' /tmp/.qlshim-23456/home/.local/state/qlshim/spool/crontabs/u23456)" = "400 23456" ]
    fires /tmp/out/first 20
    grep -q '^uid=23456(u23456) gid=23456(u23456)' /tmp/out/first
    grep -qx 'LOGNAME=u23456' /tmp/out/first
    grep -qx 'HOME=/tmp/.qlshim-23456/home' /tmp/out/first

    # By its other name, and with what an editor writes.
    printf '#!/bin/sh\nsed -i s/first/second/ "$1"\n' >/tmp/out/editor
    chmod 755 /tmp/out/editor
    shell 'EDITOR=/tmp/out/editor crontab -e'
    fires /tmp/out/second 20
    edit_with_vi "# by vi"
    [ "$(shell 'bcrontab -l')" = "$(sed s/first/second/ $TAB)"$'\n# by vi' ]
    rm /tmp/out/first
    shell 'bcrontab -r'
    run shell 'bcrontab -l'
    [[ $output == *"Crontab does not exist"* ]]
    sleep 3
    rm -f /tmp/out/second
    sleep 5 # two minutes and a half
    [ ! -e /tmp/out/first ]
    [ ! -e /tmp/out/second ]
    run shell 'bcrontab -u daemon -l'
    [[ $output == *"Username does not match invoking UID"* ]]
}

@test "lines of root are not run: one clear line each, and the rest runs" {
    printf '* * * * * root touch /tmp/out/root\n* * * * * u23456 echo x >>/tmp/out/mine\n' >/tmp/out/system
    start_bcron
    LIMIT=300 shell 'exec bcron-update /tmp/out/system' >>/tmp/out/update.log 2>&1 &
    fires /tmp/out/mine 20
    eventually grep 'a cron job of user root is not run: this daemon runs as uid 23456' /tmp/out/log
    local fired
    fired=$(wc -l </tmp/out/mine)
    [ "$(grep -c 'a cron job of user root is not run' /tmp/out/log)" -le $((fired + 1)) ]
    [ ! -e /tmp/out/root ]
}

@test "a job or its mail that cannot be started says so" {
    start_bcron
    printf 'SHELL=/none\n* * * * * true\nSHELL=/bin/sh\n* * * * * echo to nobody\n' >$TAB
    shell "bcrontab $TAB"
    eventually grep 'qlshim: a cron job could not be started: /none: ENOENT' /tmp/out/log
    eventually grep 'qlshim: a cron job could not be started: /usr/sbin/sendmail: ENOENT' /tmp/out/log
}

# A fifo, with which bcron tells of a new crontab, is not to be had there.
@test "the state on a volume without owners and modes, and started again after kill -9" {
    VOLUME_UID=1 mount_volume rclone
    SETTINGS+=(QLSHIM_STATE="$VOLUME/state" BCRON_SOCKET=/tmp/out/sock)
    SOCKET=/tmp/out/sock
    start_bcron
    shell "echo '* * * * * echo x >>/tmp/out/one' >$TAB; bcrontab $TAB"
    fires /tmp/out/one 20
    end_programs -x 'bcron-(sched|exec)'
    : >/tmp/out/log
    rm /tmp/out/one
    start_daemon bcron-start 'bcron-sched: Starting'
    fires /tmp/out/one 20
    local pid
    pid=$(pgrep -U 23456 -x bcron-sched)
    kill -TERM "$pid"
    eventually gone "$pid"
    [[ $(</tmp/out/log) != *"not run"* ]]
    unmount_volume
}

gone() {
    ! kill -0 "$1" || false
}
