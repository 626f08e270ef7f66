# cron's state below a HOME that can only be read, with a view of it (QLSHIM_WRITABLE): each cron installs, fires,
# and lists, by the folder that it has without any setting of its own. Time runs thirty times as fast.

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
    place_crons
    open_cron_deny
    mount -t tmpfs -o mode=0755 tmpfs /srv
    mkdir /srv/home
}

teardown() {
    end_cron
    umount /srv
    close_cron_deny
}

# in_view COMMAND: HOME is what the image gave its user, another than this one
in_view() {
    timeout -k 2 "${LIMIT:-60}" setpriv --reuid 23456 --regid 23456 --clear-groups env -i PATH="$SEARCH" HOME=/srv/home \
        LD_PRELOAD="$LIBRARY" QLSHIM_WRITABLE=/srv/home bash -c "$1" 3>&-
}

# fires_by CRON: as a panel starts it
fires_by() {
    SEARCH=/tmp/out/$1:/usr/bin:/bin:/usr/sbin
    rm -rf /tmp/.qlshim-23456 /tmp/out/fired
    in_view "echo '* * * * * id >>/tmp/out/fired' | crontab -"
    in_view "$(fast_daemon "$1")" >/tmp/out/log 2>&1 &
    WAIT=30 eventually test -s /tmp/out/fired || { cat /tmp/out/log; fail "$1 did not fire"; }
    grep -q '^uid=23456(u23456) ' /tmp/out/fired
    [[ $(in_view 'crontab -l') == *"id >>/tmp/out/fired"* ]]
    end_programs
    wait $! || true
    ! grep qlshim: /tmp/out/log || fail "$1: a line of the shim's"
}

@test "the state below a HOME that is a view: each cron installs, fires and lists" {
    local cron
    for cron in $CRONTABS; do
        fires_by $cron
        in_view 'test -d /srv/home/.local/state/qlshim/spool'
    done
    [ -z "$(ls -A /srv/home)" ]
}

@test "what the state folder of the image holds already is listed, and can be replaced and removed" {
    local cron spool
    for cron in $CRONTABS; do
        SEARCH=/tmp/out/$cron:/usr/bin:/bin:/usr/sbin
        rm -rf /srv/home/.local /tmp/.qlshim-23456
        spool=/srv/home/.local/state/qlshim/spool
        [[ $cron == cronie* ]] || spool+=/crontabs
        mkdir -p $spool
        echo '1 * * * * of the image' >$spool/u23456
        [[ $(in_view 'crontab -l') == *"of the image" ]]
        in_view "echo '2 * * * * of the user' | crontab -"
        [[ $(in_view 'crontab -l') == *"of the user" ]]
        in_view 'crontab -r' || [[ $cron == cronie* ]]
        run in_view 'crontab -l'
        [[ $output != *"of the "* ]]
        grep -q 'of the image' $spool/u23456
    done
}
