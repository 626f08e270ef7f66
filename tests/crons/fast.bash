# For bats files: the crons that are built without a root of Debian's, side by side, and clocks that run thirty
# times as fast for their daemons. programs/common.bash and programs/cron.bash come first.

. tests/crons/place.bash

CRONTABS="debian cronie-glibc cronie-musl busybox"

# place_crons: each in /tmp/out/NAME
place_crons() {
    place debian /usr/bin/crontab /usr/sbin/cron
    place_cronie cronie-glibc
    place_cronie cronie-musl
    place_box busybox build/busybox/busybox
    place_clocks
}

# place_clocks: what the daemons' clocks need
place_clocks() {
    echo 3600 >/tmp/out/hour
    install "$FAKETIME_LIBRARY" /tmp/out/faketime.so
}

place_cronie() { place "$1" "$CRONS/$1"/cron{tab,d}; }

# place_box NAME FILE: of the name `busybox` or `toybox`, or NAME-…
place_box() {
    place "$1" "$2"
    ln -s "${2##*/}" "/tmp/out/$1/crontab"
    ln -s "${2##*/}" "/tmp/out/$1/crond"
}

place() {
    mkdir -m 755 "/tmp/out/$1"
    install "${@:2}" "/tmp/out/$1"
}

# Without cron.deny cronie lets root alone use crontab. The system's own jobs, which are due at some minutes of the
# hour, are refused with a line each.
open_cron_deny() {
    CRON_ETC=$(mktemp -d /tmp/etc.XXXXXX)
    mount -t tmpfs tmpfs "$CRON_ETC"
    mkdir "$CRON_ETC"/{upper,work}
    mount -t overlay -o "lowerdir=/etc,upperdir=$CRON_ETC/upper,workdir=$CRON_ETC/work" overlay /etc
    : >/etc/cron.deny
    : >/etc/crontab
    rm -f /etc/cron.d/*
}

close_cron_deny() {
    [ -n "${CRON_ETC:-}" ] || return 0
    umount /etc "$CRON_ETC"
    rmdir "$CRON_ETC"
    CRON_ETC=
}

# fast_settings CRON: the environment of its daemon on a fast clock, with the shim, as the array FAST. cronie's clock is
# an hour ahead: the daemon keeps when it last looked, less a second, and takes a crontab of just that time for one that
# it has seen (src/database.c, load_database). On a clock that begins with that of the files and is faster, they meet.
fast_settings() {
    local library=${ROOT:+/usr/lib/libqlshim.so} start=+0 speed=30
    library=${library:-$LIBRARY}
    [[ $1 != cronie* ]] || start=+1h
    # Where a minute ends while it loads crontabs, it waits for ever (bcron-sched.c, calcinterval: a time to wait below
    # zero). So its clock begins with a full minute, and is not as fast.
    [ "$1" != bcron ] || { speed=10 start=+$((60 - 10#$(date +%S))); }
    case $1 in
    busybox*) FAST=(LD_PRELOAD="$PROBES/clock-musl.so:$library" CLOCK_OFFSET=/dev/null) ;;
    cronie-musl*) FAST=(LD_PRELOAD="$PROBES/clock-musl.so:$library" CLOCK_OFFSET=/tmp/out/hour) ;;
    *) FAST=(LD_PRELOAD="/tmp/out/faketime.so:$library" FAKETIME="$start x$speed" FAKETIME_DONT_FAKE_MONOTONIC=1 NO_FAKE_STAT=1) ;;
    esac
}

# daemon_of CRON: its command, in the foreground
daemon_of() {
    case $1 in
    busybox*) echo "crond -f -d 8" ;;
    cronie*) echo "crond -n" ;;
    debian*) echo "cron -f" ;;
    toybox) echo "crond -f -l 0 -L /dev/stderr" ;;
    bcron) echo "sh -c 'unixserver \$BCRON_SOCKET bcron-spool & exec bcron-start'" ;;
    esac
}

# fast_daemon CRON: a command for a shell, which becomes the daemon
fast_daemon() {
    local FAST
    fast_settings "$1"
    echo "exec env $(printf '%q ' "${FAST[@]}") $(daemon_of "$1")"
}
