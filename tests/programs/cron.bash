# What the bats files of cron share: users without a name, their daemons, and time that runs fast.
# load common comes first.

BUSYBOX=/tmp/busybox
FAKETIME_LIBRARY=/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1

# To call in setup. What the users write is in /tmp/out.
prepare_cron() {
    rm -rf /tmp/.qlshim-* /tmp/out
    mkdir -m 1777 /tmp/out
    TAB=/tmp/out/tab
    SETTINGS=()
    [ ! -e $BUSYBOX ] || return 0
    mkdir $BUSYBOX
    cp build/busybox/busybox $BUSYBOX/
    for applet in crontab crond sh id; do
        ln -s busybox $BUSYBOX/$applet
    done
}

# To call in teardown: the users are two.
end_cron() {
    local uid
    for uid in 23456 34567; do
        NAMELESS_UID=$uid end_programs
    done
}

# A shell of the user's: what it starts, it starts as a panel would.
shell() {
    as "${SHIM:-shimmed}" PATH="${SEARCH:-/usr/bin:/bin:/usr/sbin}" "${SETTINGS[@]}" bash -c "$1"
}

# Starts a daemon in the foreground, its diagnostics in /tmp/out/log.
start_daemon() {
    LIMIT=${LIMIT:-300} shell "exec $1" >>/tmp/out/log 2>&1 &
    eventually grep -qE "${2:-INFO \((Running|Skipping) @reboot jobs|started}" /tmp/out/log
}

# fires FILE [SECONDS]: waits for it (a job fires a little after the full minute).
fires() {
    WAIT=${2:-70} eventually test -s "$1" || { cat /tmp/out/log; fail "$1 was not written"; }
}

# Thirty seconds, or as FAKETIME=… says, pass in one. glibc's programs only: libfaketime is built for it.
faked() {
    SETTINGS=(LD_PRELOAD="$FAKETIME_LIBRARY:$LIBRARY" "FAKETIME=+0 x30" FAKETIME_DONT_FAKE_MONOTONIC=1 "$@")
}

no_daemon() {
    ! pgrep -U 23456 -x cron || false
}
