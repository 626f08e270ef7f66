# What a crontab may hold, and who stays as he is: each crontab program says and installs for a user without a
# name what it does for root without the shim; and for root, and users with a name, nothing is different with it.

setup_file() {
    load common
    tests/busybox
    tests/crons/prepare cronie-glibc cronie-musl
}

setup() {
    load common
    load cron
    load ../crons/fast
    prepare_cron
    mount -t tmpfs -o mode=0755 tmpfs /var/spool/cron
    install -d -m 1730 -g crontab /var/spool/cron/crontabs
    mount -t tmpfs -o mode=0755 tmpfs /run
    place_crons
    open_cron_deny
}

teardown() {
    end_cron
    close_cron_deny
    umount /run /var/spool/cron
}

# What is in /tmp/inputs, each a crontab.
make_inputs() {
    rm -rf /tmp/inputs
    mkdir /tmp/inputs
    local i
    for i in {1..9999}; do echo "$((i % 60)) 1 * * * job $i"; done >/tmp/inputs/ten-thousand-lines
    printf '* * * * * one\n* * * * * two' >/tmp/inputs/no-last-newline
    printf '* * * * * one\r\nNAME=value\r\n5 4 * * * two\r\n' >/tmp/inputs/carriage-returns
    printf '* * * * * one %%two\\%%%%three\n' >/tmp/inputs/percent
    printf '# only\n\n   # words\n' >/tmp/inputs/comments
    printf '\xef\xbb\xbf* * * * * byte order mark\n' >/tmp/inputs/mark
    printf '* * * * * one\0two\n' >/tmp/inputs/nul
    printf '* * * * * \xe4\xbd\xa0\xe5\xa5\xbd\n' >/tmp/inputs/words
    { printf '* * * * * '; head -c 100000 /dev/zero | tr '\0' x; echo; } >/tmp/inputs/long-line
    printf '99 * * * * true\n' >/tmp/inputs/bad-minute
    printf '* * * *\n' >/tmp/inputs/short-line
    printf '@never true\n@daily id\n' >/tmp/inputs/nickname
    printf 'A=1\nB = "two words"\n  C=%%3\nMAILTO=\n@hourly env\n' >/tmp/inputs/environment
    : >/tmp/inputs/empty
}

# Without what names the user, the time or the file: "# (- installed on …)".
plainly() {
    sed -E 's/u23456|root//g; s/ installed on .*//; s/[^ ]*\.cache\/crontab[^ ]*//; /mkdir:|^Backup of/d; s/crontab\[[0-9]+\]/crontab/'
}

@test "every crontab takes and refuses for a user without a name what it does for root" {
    local crontab input
    make_inputs
    for crontab in $CRONTABS; do
        SHIM=bare SEARCH=/tmp/out/$crontab:/usr/bin:/bin run shell 'crontab - </tmp/inputs/percent'
        [ "$status" -ne 0 ]
        [[ $output == *"your UID isn't in the passwd file"* || $output == *"must be suid"* ]]
        for input in /tmp/inputs/*; do
            SEARCH=/tmp/out/$crontab:/usr/bin:/bin
            { PATH=$SEARCH bash -c "umask 022; cd /tmp; crontab - <$input; echo \$?; crontab -l; echo \$?"; } 2>&1 |
                plainly >/tmp/roots || true
            shell "crontab - <$input; echo \$?; crontab -l; echo \$?" 2>&1 | plainly >/tmp/users || true
            cmp /tmp/roots /tmp/users || { diff /tmp/roots /tmp/users | head -5; fail "$crontab, ${input##*/}"; }
            ! grep qlshim: /tmp/users || fail "$crontab, ${input##*/}: a line of the shim's"
            [[ $input != */ten-thousand-lines ]] || [ "$(wc -l </tmp/users)" -gt 9999 ]
            rm -f /var/spool/cron/root /var/spool/cron/crontabs/root
            shell "crontab -r" || true
        done
    done
}

@test "every daemon reads ten thousand lines, and the last one fires; busybox's says that they are too many" {
    local crontab
    make_inputs
    echo '* * * * * id >>/tmp/out/last' >>/tmp/inputs/ten-thousand-lines
    for crontab in $CRONTABS; do
        SEARCH=/tmp/out/$crontab:/usr/bin:/bin
        shell "crontab - </tmp/inputs/ten-thousand-lines"
        shell "$(fast_daemon $crontab)" >/tmp/out/log 2>&1 &
        if [ $crontab = busybox ]; then
            eventually grep -q 'user u23456: too many lines' /tmp/out/log # 256 at most, for root too
        else
            WAIT=20 eventually test -s /tmp/out/last || { cat /tmp/out/log; fail "$crontab"; }
            rm /tmp/out/last
        fi
        end_cron
        wait $! || true
        shell "crontab -r" || true
    done
}

# as_root CRON COMMAND: with the shim
as_root() {
    timeout -k 2 "${LIMIT:-20}" env -i PATH="/tmp/out/$1:/usr/bin:/bin:/usr/sbin" HOME=/root LD_PRELOAD="$LIBRARY" bash -c "$2" 3>&-
}

@test "root's crontab and daemon, with the shim, are root's: the system's spool, and everybody's jobs" {
    local crontab spool pid
    touch /tmp/begin
    for crontab in $CRONTABS; do
        rm -f /var/spool/cron/{root,daemon} /var/spool/cron/crontabs/*
        as_root $crontab "echo '* * * * * id >>/tmp/out/roots' | crontab -; crontab -l" | grep -q 'id >>/tmp/out/roots'
        as_root $crontab "echo '* * * * * id >>/tmp/out/daemons' | crontab -u daemon -"
        spool=/var/spool/cron/crontabs
        [[ $crontab != cronie* ]] || spool=/var/spool/cron
        [ -s $spool/root ]
        [ -s $spool/daemon ]
        LIMIT=60 as_root $crontab "$(fast_daemon $crontab)" >/tmp/out/log 2>&1 &
        pid=$!
        WAIT=20 eventually test -s /tmp/out/roots
        WAIT=20 eventually test -s /tmp/out/daemons
        [ -s /run/crond.pid ]
        kill -9 "$(</run/crond.pid)"
        wait $pid || true
        grep -q '^uid=0(root) ' /tmp/out/roots
        grep -q '^uid=1(daemon) ' /tmp/out/daemons
        ! grep qlshim: /tmp/out/log || fail "$crontab: a line of the shim's"
        rm /tmp/out/roots /tmp/out/daemons /run/crond.pid
    done
    [ ! -e /root/.local/state/qlshim ]
    [ ! -e /tmp/.qlshim-0 ]
}

# named LIBRARY COMMAND: as daemon, with this library or none
named() {
    timeout 20 setpriv --reuid daemon --regid daemon --clear-groups env -i PATH="$SEARCH" HOME=/usr/sbin \
        ${1:+LD_PRELOAD=$1} sh -c "$2" 2>&1 3>&-
}

@test "a user with a name, with the shim: his set-id crontab serves root's daemon, by whichever cron" {
    local crontab library
    chgrp crontab /tmp/out/debian/crontab
    chmod 2755 /tmp/out/debian/crontab
    chmod 4755 /tmp/out/{cronie-glibc,cronie-musl,busybox}/crontab
    for crontab in $CRONTABS; do
        SEARCH=/tmp/out/$crontab:/usr/bin:/bin
        for library in "" "$LIBRARY"; do
            rm -f /var/spool/cron/daemon /var/spool/cron/crontabs/*
            named "$library" "echo '* * * * * true' | crontab -; crontab -l"
            stat -c '%n %a %u %g %s' /var/spool/cron/*daemon /var/spool/cron/crontabs/*daemon || true
        done 2>&1 | grep -v '^stat:\|installed on' >/tmp/both
        [ "$(grep -c '^\* \* \* \* \* true' /tmp/both)" -eq 2 ]
        grep -q '/daemon 600 ' /tmp/both
        # Twice the same.
        diff <(head -n $(($(wc -l </tmp/both) / 2)) /tmp/both) <(tail -n +$(($(wc -l </tmp/both) / 2 + 1)) /tmp/both) ||
            fail "$crontab: $(</tmp/both)"
    done
    [ ! -e /usr/sbin/.local ]
}

@test "with the disk full the old crontab stands, with cronie too" {
    local crontab
    mkdir /tmp/small
    mount -t tmpfs -o size=64k,mode=1777 tmpfs /tmp/small
    SETTINGS=(QLSHIM_STATE=/tmp/small/state)
    for crontab in $CRONTABS; do
        SEARCH=/tmp/out/$crontab:/usr/bin:/bin
        shell "echo '1 * * * * old' | crontab -"
        dd if=/dev/zero of=/tmp/small/rest bs=4k 2>/dev/null || true
        run shell "{ for i in {1..900}; do echo '2 * * * * new'; done; } | crontab -"
        [ "$status" -ne 0 ]
        [[ $output == *"No space left on device"* || $output == *"write error"* || $output == *"error while writing"* ]] ||
            fail "$crontab: $output"
        run shell 'crontab -l'
        [ "$(tail -n 1 <<<"$output")" = '1 * * * * old' ] || fail "$crontab: $output"
        rm -r /tmp/small/*
    done
    umount /tmp/small
}
