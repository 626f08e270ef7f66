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
    [ -z "${VOLUME:-}" ] || unmount_volume
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

# Such a volume (9p, cifs with Unix extensions) refuses sockets, and shows whose the files are.
@test "on a volume that refuses sockets and keeps owners, the neighbour's state is refused as on any other, and one's own serves" {
    local folder
    mount_volume faulty mknod=EPERM
    plant "$VOLUME/state" u23456
    nameless mkdir -m 777 "$VOLUME/open"
    neighbour mkdir -m 777 "$VOLUME/his"
    nameless mkdir -m 700 "$VOLUME/his/state"
    for folder in state open his/state; do
        SETTINGS=(QLSHIM_STATE="$VOLUME/$folder")
        LIMIT=4 run shell 'cron -f'
        refused "cannot keep cron's files in $VOLUME/$folder: others can write or replace it"
        LIMIT=4 SEARCH=$BUSYBOX:/usr/bin:/bin run shell 'crond -f -d 8'
        refused "others can write or replace it"
    done
    # His crontab in a folder that once was open is his, and does not run.
    nameless chmod 700 "$VOLUME/open"
    nameless mkdir -p "$VOLUME/open/spool/crontabs"
    nameless chmod -R go= "$VOLUME/open"
    neighbour bash -c "echo '@reboot id >>/tmp/out/ran' >$VOLUME/his/tab"
    mv "$VOLUME/his/tab" "$VOLUME/open/spool/crontabs/u23456"
    SETTINGS=(QLSHIM_STATE="$VOLUME/open")
    LIMIT=4 run shell 'cron -f'
    [ "$status" -eq 124 ]
    nothing_ran
    SETTINGS=(QLSHIM_STATE="$VOLUME/own")
    shell "echo '@reboot id >>/tmp/out/ran' | crontab -"
    start_daemon 'cron -f'
    fires /tmp/out/ran 10
    ! ls -A "$VOLUME/own" | grep -F .qlshim || fail "what was made to ask the volume is left"
}

@test "where all files are shown as one owner's, the state is taken as it is" {
    # As FAT and rclone are mounted in most containers: root's, or the user's, and everybody may write.
    VOLUME_UID=1 mount_volume rclone
    SETTINGS=(QLSHIM_STATE="$VOLUME/state")
    shell "echo '@reboot id >>/tmp/out/ran' | crontab -"
    start_daemon 'cron -f'
    fires /tmp/out/ran 10
}

# What the neighbour has left in a state folder while it was open: a folder of his, into which he moves what the user
# has written in another of his folders; and a link, to a folder of the user's own.
@test "within the state folder nothing leads on: a folder of the neighbour's, a link" {
    neighbour mkdir -m 777 /tmp/out/letters
    nameless bash -c 'umask 077; echo "@reboot id >>/tmp/out/ran" >/tmp/out/letters/u23456'
    nameless mkdir -m 700 /tmp/out/notes
    nameless cp -p /tmp/out/letters/u23456 /tmp/out/notes/
    nameless mkdir -m 700 /tmp/out/open
    nameless mkdir -m 777 /tmp/out/open/spool
    nameless chmod 711 /tmp/out/open
    neighbour mkdir -m 755 /tmp/out/open/spool/crontabs
    neighbour mv /tmp/out/letters/u23456 /tmp/out/open/spool/crontabs/
    nameless chmod 700 /tmp/out/open/spool
    SETTINGS=(QLSHIM_STATE=/tmp/out/open)
    LIMIT=4 run shell 'cron -f'
    nothing_ran
    rm -r /tmp/out/open/{spool/crontabs,run-*}
    nameless ln -s /tmp/out/notes /tmp/out/open/spool/crontabs
    LIMIT=4 run shell 'cron -f'
    nothing_ran
    # The same as one's own folder, the control.
    rm -r /tmp/out/open/{spool/crontabs,run-*}
    nameless mv /tmp/out/notes /tmp/out/open/spool/crontabs
    start_daemon 'cron -f'
    fires /tmp/out/ran 10
}

@test "one's own folder serves: in a sticky place, through a link of one's own, and its jobs run" {
    nameless mkdir -m 700 /tmp/out/own
    nameless ln -s own /tmp/out/link
    SETTINGS=(QLSHIM_STATE=/tmp/out/link)
    shell "echo '@reboot id >>/tmp/out/ran' | crontab -"
    start_daemon 'cron -f'
    fires /tmp/out/ran 10
    grep -q '^uid=23456' /tmp/out/ran
    ! grep -q qlshim: /tmp/out/log || false
}

# root's own cron, with the shim or without, in a container whose QLSHIM_STATE is the neighbour's, in what he can bring about
# there: links, FIFOs, a crontab for root. The machine's own crontabs are covered; `nothing` is the spool of a small image.
roots_cron() {
    rm -f /tmp/out/ran /tmp/out/calls
    timeout 20 unshare --mount bash -ec '
        mount --bind /tmp/out/spool /var/spool/cron
        mount --bind /tmp/out/empty /etc/cron.d
        mount --bind /dev/null /etc/crontab
        mount -t tmpfs tmpfs /run
        export QLSHIM_STATE=/tmp/out/state
        set +e
        for tab in "crontab -l" "crontab -u daemon -l" "crontab -u daemon -" "crontab -u daemon -l" "crontab -u daemon -r"; do
            echo "0 0 1 1 * true" | env "$@" strace -f -qq -A -o /tmp/out/calls -e trace=%file $tab 2>&1
            echo "$tab: $?"
        done
        env "$@" timeout 3 strace -f -qq -A -o /tmp/out/calls -e trace=%file cron -f 2>&1
        echo "cron -f: $?"; find /var/spool/cron' roots_cron "$@" 3>&- | grep -v "^no crontab for\|DEBUG"
    nothing_ran
}

@test "root's crond and crontab read nothing in a state folder of the neighbour's, nor wait there" {
    local spool bare
    plant "$NEIGHBOURS" root
    neighbour mkfifo $NEIGHBOURS/spool/crontabs/daemon $NEIGHBOURS/crond.reboot
    neighbour ln -s /etc/shadow $NEIGHBOURS/spool/crontabs/nobody
    neighbour ln -s /etc/passwd $NEIGHBOURS/crond.pid
    # The control: who opens them waits.
    run timeout 1 cat $NEIGHBOURS/spool/crontabs/daemon
    [ "$status" -eq 124 ]
    for spool in usual nothing; do
        rm -rf /tmp/out/{spool,empty}
        mkdir -p /tmp/out/{spool,empty}
        [ $spool = nothing ] || mkdir -m 1730 /tmp/out/spool/crontabs
        [ $spool = nothing ] || chgrp crontab /tmp/out/spool/crontabs
        bare=$(roots_cron LD_PRELOAD=)
        rm -rf /tmp/out/spool
        mkdir /tmp/out/spool
        [ $spool = nothing ] || mkdir -m 1730 /tmp/out/spool/crontabs
        [ $spool = nothing ] || chgrp crontab /tmp/out/spool/crontabs
        run roots_cron LD_PRELOAD="$LIBRARY"
        diff <(echo "$bare") <(echo "$output")
        [[ $output == *"crontab -u daemon -: "*"cron -f: 124"* ]] || fail "$output"
        ! grep -F /tmp/out/state /tmp/out/calls || fail "it looked there"
    done
}

# The neighbour's link leads to the user's own folder, so that both answers are right: his own, refused, or the
# user's, used; never a bit of each.
@test "a state folder that the neighbour exchanges all the time with a link: his job never runs, and his crontab stays his" {
    local i race installed=0 refused=0
    plant "$NEIGHBOURS" u23456
    nameless mkdir -m 700 /tmp/out/own
    neighbour ln -s /tmp/out/own /tmp/out/link
    SETTINGS=(QLSHIM_STATE="$NEIGHBOURS")
    neighbour "$PROBES/exchange" $NEIGHBOURS /tmp/out/link 10 >/tmp/out/exchanged &
    race=$!
    sleep 0.5
    for i in {1..40}; do
        if shell "echo '* * * * * mine' | crontab -" >/dev/null 2>&1; then
            installed=$((installed + 1))
        else
            refused=$((refused + 1))
        fi
        LIMIT=0.2 run shell 'cron -f'
    done
    wait $race
    [ "$(</tmp/out/exchanged)" -gt 1000 ]
    echo "$installed installed, $refused refused"
    [ $installed -gt 0 ]
    [ $refused -gt 0 ]
    nothing_ran
    [ "$(cat $NEIGHBOURS/spool/crontabs/u23456)" = '@reboot id >>/tmp/out/ran' ]
    [ "$(ls $NEIGHBOURS/spool/crontabs)" = u23456 ]
    grep -q mine /tmp/out/own/spool/crontabs/u23456
}

@test "the neighbour has made the private folder of the user: what an editor changes, and what the daemon is told, go elsewhere" {
    local folder=/tmp/.qlshim-23456
    SEARCH=$BUSYBOX:/usr/bin:/bin
    nameless mkdir -m 700 /tmp/out/own
    SETTINGS=(QLSHIM_STATE=/tmp/out/own LD_PRELOAD="$PROBES/clock-musl.so:$LIBRARY" CLOCK_OFFSET=/dev/null)
    neighbour mkdir -m 777 $folder
    neighbour ln -s /tmp/out/his $folder/cron.update
    printf '#!/bin/sh\necho "* * * * * id >>/tmp/out/edited" >>"$1"\necho "$1" >/tmp/out/edits\n' >/tmp/out/editor
    chmod 755 /tmp/out/editor
    shell "echo '0 0 1 1 * first' | crontab -"
    start_daemon 'crond -f -d 8' 'crond .busybox .* started'
    shell 'EDITOR=/tmp/out/editor crontab -e'
    [[ $(</tmp/out/edits) == $folder-1/crontabs.* ]]
    fires /tmp/out/edited 20
    grep -q '^uid=23456' /tmp/out/edited
    [ "$(ls $folder)" = cron.update ]
    [ ! -e /tmp/out/his ]
}
