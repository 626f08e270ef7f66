# A neighbour, uid 666, who was in the shared folder first: his crontab is never run as somebody else,
# and his links are never followed.

setup() {
    load ../programs/common
    load ../programs/cron
    prepare_cron
    NEIGHBOURS=/tmp/out/state
}

teardown() {
    end_cron
}

neighbour() {
    setpriv --reuid 666 --regid 666 --clear-groups env -i PATH="$PATH" "$@" 3>&-
}

# A user with a name; the words are settings and a command.
named() {
    timeout -k 2 "${LIMIT:-20}" setpriv --reuid daemon --regid daemon --clear-groups env -i \
        PATH=/usr/bin:/bin:/usr/sbin LD_PRELOAD="$LIBRARY" "$@" 3>&-
}

# The neighbour's state in this folder, open to all, with a job for the user of this name.
plant() {
    neighbour mkdir -p "$1/spool/crontabs"
    neighbour bash -c "echo '@reboot id >>/tmp/out/ran' >$1/spool/crontabs/$2"
    neighbour chmod 600 "$1/spool/crontabs/$2"
    neighbour chmod -R 777 "$1"
}

nothing_ran() {
    [ ! -e /tmp/out/ran ] || { cat /tmp/out/ran; fail "the neighbour's job ran"; }
}

# The daemon ends, with one line of the shim's.
refused() {
    [ "$status" -ne 0 ]
    [ "$status" -ne 124 ]
    [ "$(grep -c '^qlshim: ' <<<"$output")" -eq 1 ]
    [[ $output == *"$1"*"QLSHIM_STATE"* ]]
    nothing_ran
}

@test "a state folder that the neighbour made is refused by Debian's cron and by busybox, with one line" {
    plant "$NEIGHBOURS" u23456
    SETTINGS=(QLSHIM_STATE="$NEIGHBOURS")
    SHIM=bare run shell 'cron -f' # the control: bare, nothing of the neighbour's is looked at
    [[ $output == *"/var/run/crond.pid: Permission denied"* ]]
    LIMIT=4 run shell 'cron -f'
    refused "cannot keep cron's files in $NEIGHBOURS: others can write or replace it"
    LIMIT=4 SEARCH=$BUSYBOX:/usr/bin:/bin run shell 'crond -f -d 8'
    refused "others can write or replace it"
    run shell "echo '* * * * * true' | crontab -"
    [ "$status" -ne 0 ]
    [ "$(ls "$NEIGHBOURS/spool/crontabs")" = u23456 ]
}

@test "so is one of the user's own in a folder of the neighbour's, one that others may write, and a link of the neighbour's" {
    neighbour mkdir -m 777 /tmp/out/his
    nameless mkdir -m 700 /tmp/out/his/state
    SETTINGS=(QLSHIM_STATE=/tmp/out/his/state)
    LIMIT=4 run shell 'cron -f'
    refused "others can write or replace it"
    local mode
    for mode in 720 702; do
        nameless mkdir -p /tmp/out/open
        nameless chmod $mode /tmp/out/open
        SETTINGS=(QLSHIM_STATE=/tmp/out/open)
        LIMIT=4 run shell 'cron -f'
        refused "others can write or replace it"
    done
    plant "$NEIGHBOURS" u23456
    neighbour ln -s $NEIGHBOURS /tmp/out/link
    SETTINGS=(QLSHIM_STATE=/tmp/out/link)
    LIMIT=4 run shell 'cron -f'
    refused "others can write or replace it"
}

@test "a user with a name and no HOME has no state in /tmp" {
    plant /tmp/.local/state/qlshim daemon
    LIMIT=4 run named cron -f
    rm -rf /tmp/.local
    refused "cannot keep cron's files: no HOME"
}

@test "the neighbour's file in a spool that once was open is the neighbour's, and his link at the pid file is not followed" {
    plant "$NEIGHBOURS" u23456
    nameless bash -c 'echo precious >/tmp/out/precious'
    neighbour ln -s /tmp/out/precious $NEIGHBOURS/crond.pid
    chown 23456:23456 $NEIGHBOURS $NEIGHBOURS/spool $NEIGHBOURS/spool/crontabs
    chmod 700 $NEIGHBOURS $NEIGHBOURS/spool $NEIGHBOURS/spool/crontabs
    chmod 644 $NEIGHBOURS/spool/crontabs/u23456
    SETTINGS=(QLSHIM_STATE="$NEIGHBOURS")
    LIMIT=4 run shell 'cron -f'
    [ "$status" -ne 124 ]
    [ "$(cat /tmp/out/precious)" = precious ]
    rm $NEIGHBOURS/crond.pid
    LIMIT=4 run shell 'cron -f'
    [ "$status" -eq 124 ]
    nothing_ran
}

@test "one's own folder serves: in a sticky place, through a link of one's own, and its jobs run" {
    nameless mkdir -m 700 /tmp/out/own
    nameless ln -s own /tmp/out/link
    SETTINGS=(QLSHIM_STATE=/tmp/out/link)
    shell "echo '@reboot id >>/tmp/out/ran' | crontab -"
    start_daemon 'cron -f'
    fires /tmp/out/ran 10
    grep -q '^uid=23456' /tmp/out/ran
    ! grep -q qlshim: /tmp/out/log
}
