# For bats files: the crons that are built without a root of Debian's, side by side, and clocks that run thirty
# times as fast for their daemons. programs/common.bash and programs/cron.bash come first.

. tests/crons/place.bash

CRONTABS="debian cronie-glibc cronie-musl busybox"

# place_crons: each in /tmp/out/NAME
place_crons() {
    place debian /usr/bin/crontab /usr/sbin/cron
    place cronie-glibc "$CRONS"/cronie-glibc/cron{tab,d}
    place cronie-musl "$CRONS"/cronie-musl/cron{tab,d}
    place busybox build/busybox/busybox
    ln -s busybox /tmp/out/busybox/crontab
    ln -s busybox /tmp/out/busybox/crond
}

place() {
    mkdir -m 755 "/tmp/out/$1"
    install "${@:2}" "/tmp/out/$1"
}

# Without cron.deny cronie lets root alone use crontab.
open_cron_deny() {
    mkdir /tmp/etc
    mount -t tmpfs tmpfs /tmp/etc
    mkdir /tmp/etc/{upper,work}
    mount -t overlay -o lowerdir=/etc,upperdir=/tmp/etc/upper,workdir=/tmp/etc/work overlay /etc
    : >/etc/cron.deny
}

close_cron_deny() {
    umount /etc /tmp/etc
    rmdir /tmp/etc
}

# fast_daemon CRON: a command for a shell, which becomes the daemon on a fast clock, with the shim
fast_daemon() {
    case $1 in
    busybox) echo "exec env LD_PRELOAD=$PROBES/clock-musl.so:$LIBRARY CLOCK_OFFSET=/dev/null crond -f -d 8" ;;
    cronie-musl) echo "exec env LD_PRELOAD=$PROBES/clock-musl.so:$LIBRARY CLOCK_OFFSET=/dev/null crond -n" ;;
    cronie-glibc) echo "exec env LD_PRELOAD=$FAKETIME_LIBRARY:$LIBRARY FAKETIME='+0 x30' FAKETIME_DONT_FAKE_MONOTONIC=1 crond -n" ;;
    debian) echo "exec env LD_PRELOAD=$FAKETIME_LIBRARY:$LIBRARY FAKETIME='+0 x30' FAKETIME_DONT_FAKE_MONOTONIC=1 cron -f" ;;
    esac
}
