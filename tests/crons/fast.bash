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
    echo 3600 >/tmp/out/hour
    install "$FAKETIME_LIBRARY" /tmp/out/faketime.so
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

# fast_daemon CRON: a command for a shell, which becomes the daemon on a fast clock, with the shim. cronie's is an
# hour ahead: the daemon keeps when it last looked, less a second, and takes a crontab of just that time for one that
# it has seen (src/database.c, load_database). On a clock that begins with that of the files and is faster, they meet.
fast_daemon() {
    local library=${ROOT:+/usr/lib/libqlshim.so} faketime="FAKETIME_DONT_FAKE_MONOTONIC=1 NO_FAKE_STAT=1"
    library=${library:-$LIBRARY}
    case $1 in
    busybox) echo "exec env LD_PRELOAD=$PROBES/clock-musl.so:$library CLOCK_OFFSET=/dev/null crond -f -d 8" ;;
    cronie-musl) echo "exec env LD_PRELOAD=$PROBES/clock-musl.so:$library CLOCK_OFFSET=/tmp/out/hour crond -n" ;;
    cronie-*) echo "exec env LD_PRELOAD=/tmp/out/faketime.so:$library FAKETIME='+1h x30' $faketime crond -n" ;;
    debian*) echo "exec env LD_PRELOAD=/tmp/out/faketime.so:$library FAKETIME='+0 x30' $faketime cron -f" ;;
    esac
}
