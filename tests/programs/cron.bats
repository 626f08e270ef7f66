# Debian's cron 3.0pl1 with its setgid crontab and its PAM stack, and a musl busybox's crontab and crond,
# as users without a name. Where a test need not wait for real minutes, libfaketime lets thirty seconds
# pass in one (glibc only, so for Debian's daemon).

setup() {
    load common
    load cron
    prepare_cron
}

teardown() {
    end_cron
}

@test "Debian's crontab: from a file, from standard input, -l, -e, -u, -r" {
    echo '* * * * * true' >$TAB
    SHIM=bare run shell "crontab $TAB"
    [[ $output == *"your UID isn't in the passwd file"* ]]

    run shell "crontab $TAB && crontab -l"
    [ "$output" = '* * * * * true' ]
    run shell 'echo "1 * * * * echo piped" | crontab - && crontab -l'
    [ "$output" = '1 * * * * echo piped' ]
    # The modification time has to change, and counts seconds.
    printf '#!/bin/sh\nsleep 1.1\necho "2 * * * * edited" >>"$1"\n' >/tmp/out/editor
    chmod 755 /tmp/out/editor
    run shell 'EDITOR=/tmp/out/editor crontab -e; crontab -l'
    [[ $output == *"installing new crontab"*$'\n1 * * * * echo piped\n2 * * * * edited' ]]
    run shell 'crontab -u u23456 -l'
    [[ $output == *"2 * * * * edited" ]]
    run shell 'crontab -u daemon -l'
    [ "$output" = "must be privileged to use -u" ]
    run shell "echo '61 * * * * true' | crontab -"
    [ "$status" -ne 0 ]
    [[ $output == *'"-":0: bad minute'* ]]
    run shell 'crontab -r; crontab -l'
    [ "$output" = "no crontab for u23456" ]
    local mode
    run shell "crontab $TAB; stat -c '%a %U' ~/.local/state/qlshim/spool/crontabs/u23456"
    [ "$output" = "600 u23456" ]
}

@test "busybox's crontab: from a file, from standard input, -l, -r; plain and set-uid" {
    echo '* * * * * true' >$TAB
    SEARCH=$BUSYBOX:/usr/bin:/bin
    SHIM=bare run shell "crontab $TAB"
    [ "$output" = "crontab: must be suid to work properly" ]
    local set_id=/tmp/busybox-suid
    mkdir -p $set_id
    cp $BUSYBOX/busybox $set_id/busybox
    chmod 4755 $set_id/busybox
    ln -sf busybox $set_id/crontab
    for folder in $BUSYBOX $set_id; do
        SEARCH=$folder:/usr/bin:/bin
        run shell "crontab $TAB && crontab -l"
        [ "$output" = '* * * * * true' ]
        run shell 'echo "1 * * * * echo piped" | crontab - && crontab -l'
        [ "$output" = '1 * * * * echo piped' ]
        run shell 'crontab -r; crontab -l'
        [[ $output == *"can't open 'u23456': No such file or directory" ]]
        run shell "crontab -u daemon $TAB; ls ~/.local/state/qlshim/spool/crontabs"
        [[ $output == "crontab: setegid: Operation not permitted"* ]]
        [[ $output != *$'\n'daemon* ]]
    done
}

@test "two nameless users at once, on Debian's cron and on busybox: install, fire, replace, fire, remove, no fire" {
    # Bare, neither daemon starts.
    SHIM=bare run shell 'cron -f'
    [[ $output == *"can't open or create /var/run/crond.pid: Permission denied"* ]]
    SHIM=bare SEARCH=$BUSYBOX:/usr/bin:/bin NAMELESS_UID=34567 run shell 'crond -f -d 8'
    [[ $output == *"can't change directory to '/var/spool/cron/crontabs': Permission denied"* ]]

    use() {
        case $1 in
        debian) NAMELESS_UID=23456 SEARCH=/usr/bin:/bin:/usr/sbin ;;
        busybox) NAMELESS_UID=34567 SEARCH=$BUSYBOX:/usr/bin:/bin ;;
        esac
    }
    install_job() {
        shell "echo '* * * * * { id; env; } >>/tmp/out/$1-$2' | crontab -"
    }
    use debian
    install_job debian first
    start_daemon 'cron -f' 'Running @reboot jobs'
    use busybox
    install_job busybox first
    start_daemon 'crond -f -d 8' 'crond .busybox .* started'
    fires /tmp/out/debian-first
    fires /tmp/out/busybox-first
    grep -q '^uid=23456(u23456)' /tmp/out/debian-first
    grep -q '^uid=34567(u34567)' /tmp/out/busybox-first
    local name
    for name in debian:u23456 busybox:u34567; do
        grep -qx "LOGNAME=${name#*:}" "/tmp/out/${name%:*}-first"
        grep -qx "HOME=/tmp/.qlshim-${name#*:u}/home" "/tmp/out/${name%:*}-first"
        grep -qx 'SHELL=/bin/sh' "/tmp/out/${name%:*}-first"
    done
    for name in debian busybox; do
        use $name
        install_job $name second
    done
    fires /tmp/out/debian-second 130
    fires /tmp/out/busybox-second 130
    for name in debian busybox; do
        use $name
        shell 'crontab -r'
    done
    sleep $((62 - $(date +%-S)))
    rm -f /tmp/out/*-first /tmp/out/*-second
    sleep 62
    [ -z "$(ls /tmp/out/*-first /tmp/out/*-second 2>/dev/null)" ]
}

# --- Debian's daemon, at thirty times the speed ------------------------------------------------

@test "the daemon picks up a changed crontab, ends on SIGTERM, starts again after kill -9, refuses a second" {
    faked
    shell "printf '@reboot echo up >>/tmp/out/reboot\n* * * * * echo x >>/tmp/out/one\n' | crontab -"
    start_daemon 'cron -f'
    fires /tmp/out/one 20
    fires /tmp/out/reboot 5
    run shell 'cron -f'
    [ "$status" -ne 0 ]
    [[ $output == *"can't lock /var/run/crond.pid, otherpid may be "* ]]
    shell "echo '* * * * * echo x >>/tmp/out/two' | crontab -"
    fires /tmp/out/two 20
    local daemon
    daemon=$(pgrep -U 23456 -ox cron)
    kill -9 "$daemon"
    : >/tmp/out/log
    rm /tmp/out/two
    start_daemon 'cron -f' 'Skipping @reboot jobs'
    fires /tmp/out/two 20
    kill -TERM "$(pgrep -U 23456 -ox cron)"
    eventually no_daemon
    [ "$(wc -l </tmp/out/reboot)" -eq 1 ]
}

@test "a user with a name: his daemon says that crontab writes elsewhere, and under QLSHIM_STATE it does not" {
    named() {
        timeout -k 2 "${LIMIT:-20}" setpriv --reuid daemon --regid daemon --clear-groups env -i \
            PATH=/usr/bin:/bin:/usr/sbin HOME=/tmp/out LD_PRELOAD="$LIBRARY" "$@" 3>&-
    }
    mount -t tmpfs -o mode=0755 tmpfs /var/spool/cron
    install -d -m 1730 -g crontab /var/spool/cron/crontabs
    echo '* * * * * true' >$TAB
    LIMIT=3 run named cron -f
    [[ $output == *"qlshim: crontabs are read in /tmp/out/.local/state/qlshim, but crontab of a user"*"QLSHIM_STATE"* ]]
    named sh -c "crontab $TAB"
    [ -e /var/spool/cron/crontabs/daemon ]
    named sh -c 'crontab -r'
    LIMIT=3 run named QLSHIM_STATE=/tmp/out/state cron -f
    [[ $output != *"but crontab"* ]]
    named QLSHIM_STATE=/tmp/out/state sh -c "crontab $TAB"
    [ ! -e /var/spool/cron/crontabs/daemon ]
    [ -e /tmp/out/state/spool/crontabs/daemon ]
    named LD_PRELOAD= "$QLSHIM" exec --state /tmp/out/state -- crontab -l | grep -q true
    # Where the library leaves crontab alone, exec leaves it its privileges.
    for setting in QLSHIM_CRON=off QLSHIM_DISABLE=1 QLSHIM_STATE=relative; do
        named LD_PRELOAD= QLSHIM_STATE=/tmp/out/state "$setting" "$QLSHIM" exec crontab "$TAB"
        [ -e /var/spool/cron/crontabs/daemon ]
        rm /var/spool/cron/crontabs/daemon
    done
    eventually umount /var/spool/cron
}

@test "the daemon in the background" {
    faked
    shell "echo '* * * * * echo x >>/tmp/out/one' | crontab -"
    shell 'cron' </dev/null >/tmp/out/log 2>&1
    fires /tmp/out/one 20
    end_cron
    SEARCH=$BUSYBOX:/usr/bin:/bin
    SETTINGS=(LD_PRELOAD="$PROBES/clock-musl.so:$LIBRARY" CLOCK_OFFSET=/dev/null)
    shell "echo '* * * * * echo x >>/tmp/out/two' | crontab -"
    shell 'crond' </dev/null >/tmp/out/log 2>&1
    fires /tmp/out/two 20
}

@test "the daemon in a user namespace that has no root" {
    local namespace='unshare --user --map-user=23456 --map-group=23456'
    SHIM=bare run shell "$namespace cron -f"
    [[ $output == *"can't open or create /var/run/crond.pid: Permission denied"* ]]
    faked
    shell "echo '* * * * * echo x >>/tmp/out/one' | crontab -"
    start_daemon "$namespace cron -f"
    fires /tmp/out/one 20
}

@test "a day of jobs" {
    faked "FAKETIME=+0 x1500"
    # What PM2, node and a socket on a bad volume need is there in a job.
    mount_volume faulty mknod=EPERM
    shell "printf '0 * * * * echo x >>/tmp/out/hourly\n30 12 * * * $PROBES/loaded $VOLUME/job.sock >>/tmp/out/noon 2>&1\n' | crontab -"
    start_daemon 'cron -f'
    # 25 hours pass in a minute; a busy machine may sleep through some of them.
    local seconds=0
    until [ $seconds -ge 60 ] && [ "$(wc -l </tmp/out/hourly)" -ge 24 ]; do
        sleep 1
        [ $((seconds += 1)) -lt 240 ] || fail "the daemon fired $(wc -l </tmp/out/hourly) times"
    done
    fires /tmp/out/noon 60
    [ "$(head -1 /tmp/out/noon)" = "loaded, redirected" ]
    kill -0 "$(pgrep -U 23456 -ox cron)"
    unmount_volume
}

@test "lines of root and of others are not run: one clear line each, and the rest runs" {
    faked
    mkdir -p /mnt/etc
    cp -a /etc /mnt/etc/
    printf '* * * * * root touch /tmp/out/root\n* * * * * daemon touch /tmp/out/daemon\n' >/mnt/etc/etc/cron.d/others
    printf '* * * * * nobody-knows-him touch /tmp/out/unknown\n' >/mnt/etc/etc/cron.d/unknown
    mount --bind /mnt/etc/etc/cron.d /etc/cron.d
    shell "echo '* * * * * echo x >>/tmp/out/mine' | crontab -"
    start_daemon 'cron -f'
    fires /tmp/out/mine 20
    eventually grep -q 'a cron job of user root is not run: this daemon runs as uid 23456' /tmp/out/log
    eventually grep -q 'a cron job of user daemon is not run' /tmp/out/log
    grep -q 'Syntax error, this crontab file will be ignored\|bad username' /tmp/out/log
    local fired
    fired=$(wc -l </tmp/out/mine)
    [ "$(grep -c 'a cron job of user root is not run' /tmp/out/log)" -le $((fired + 1)) ]
    [ ! -e /tmp/out/root ]
    [ ! -e /tmp/out/daemon ]
    [ ! -e /tmp/out/unknown ]
    umount /etc/cron.d
}

@test "MAILTO, and output that nobody takes: the daemon says so" {
    faked
    shell "printf 'MAILTO=somebody\n* * * * * echo to nobody; echo x >>/tmp/out/one\n' | crontab -"
    start_daemon 'cron -f'
    fires /tmp/out/one 20
    eventually grep -q 'No MTA installed, discarding output' /tmp/out/log
}

@test "a job that cannot be started says so" {
    faked
    shell "printf 'SHELL=/none\n* * * * * true\n' | crontab -"
    start_daemon 'cron -f'
    eventually grep -q 'qlshim: a cron job could not be started: /none: ENOENT' /tmp/out/log
}

@test "jobs can use node and PM2 on a volume that refuses sockets" {
    mount_volume faulty mknod=EPERM
    printf 'setInterval(() => {}, 1000);\n' >/tmp/out/app.js
    printf '#!/bin/sh\nexport PATH=%s PM2_HOME=%s\nnode %s ping; node %s start /tmp/out/app.js; node %s jlist >/tmp/out/list; node %s kill\n' \
        "$PATH" "$VOLUME/.pm2" "$PWD/build/npm/node_modules/pm2/bin/pm2"{,,,} >/tmp/out/job
    chmod 755 /tmp/out/job
    LIMIT=10 run nameless sh -c '. /tmp/out/job'
    run grep -c '"status":"online"' /tmp/out/list
    [ "$output" != 1 ]
    end_programs
    rm -rf "$VOLUME/.pm2" /tmp/out/list
    shell "echo '@reboot /tmp/out/job' | crontab -"
    start_daemon 'cron -f'
    fires /tmp/out/list 40
    eventually grep -q '"status":"online"' /tmp/out/list
    unmount_volume
}

@test "the state on a volume without owners and modes" {
    # All files are daemon's there, with mode 0666, whoever made them.
    VOLUME_UID=1 mount_volume rclone
    faked QLSHIM_STATE="$VOLUME/state"
    shell "echo '* * * * * echo x >>/tmp/out/one' | crontab -"
    [ "$(stat -c '%u %a' "$VOLUME/state/spool/crontabs/u23456")" = "1 666" ]
    start_daemon 'cron -f'
    fires /tmp/out/one 20
    kill -TERM "$(pgrep -U 23456 -ox cron)"
    eventually no_daemon
    unmount_volume
}

@test "with the disk full the old crontab stands, and the program's own error is seen" {
    local path
    mkdir /tmp/small
    mount -t tmpfs -o size=64k,mode=1777 tmpfs /tmp/small
    SETTINGS=(QLSHIM_STATE=/tmp/small/state)
    for path in /usr/bin:/bin $BUSYBOX:/usr/bin:/bin; do
        SEARCH=$path
        shell "echo '1 * * * * old' | crontab -"
        dd if=/dev/zero of=/tmp/small/rest bs=4k 2>/dev/null || true
        run shell "{ for i in {1..900}; do echo '2 * * * * new'; done; } | crontab -"
        [ "$status" -ne 0 ]
        [[ $output == *"No space left on device"* || $output == *"write error"* ]] || fail "$output"
        run shell 'crontab -l'
        [ "$output" = '1 * * * * old' ]
        rm -r /tmp/small/*
    done
    umount /tmp/small
    unset SEARCH
    SETTINGS=(QLSHIM_STATE=/proc/none)
    run shell 'crontab -l'
    [[ $output == *"cannot keep cron's files in /proc/none: "*"; set QLSHIM_STATE to a folder of your own"* ]]
}

# Bare only root can run it, whose old crontab is lost so.
@test "busybox's crontab by itself replaces the old one by what there was room for" {
    mkdir -p /tmp/small
    mount -t tmpfs -o size=64k,mode=1777 tmpfs /tmp/small
    mount --bind /tmp/small /var/spool/cron/crontabs
    echo '1 * * * * old' | $BUSYBOX/crontab -
    dd if=/dev/zero of=/tmp/small/rest bs=4k 2>/dev/null || true
    run bash -c "for i in {1..900}; do echo '2 * * * * new'; done | $BUSYBOX/crontab -"
    run $BUSYBOX/crontab -l
    [ "$output" != '1 * * * * old' ]
    umount /var/spool/cron/crontabs /tmp/small
}

@test "busybox's crond on musl does not hang after a child that could not exec" {
    # Bare it can run as root only; there the second such job hangs it.
    mkdir /tmp/out/spool
    printf 'SHELL=/none\n* * * * * true\nSHELL=/bin/sh\n* * * * * echo x >>/tmp/out/bare\n' | tee /tmp/out/spool/root |
        sed s/bare/shimmed/ >$TAB
    timeout 200 $BUSYBOX/crond -f -d 8 -c /tmp/out/spool >/dev/null 2>&1 3>&- &
    local bare=$!
    SEARCH=$BUSYBOX:/usr/bin:/bin NAMELESS_UID=34567
    shell "crontab $TAB"
    start_daemon 'crond -f -d 8' 'crond .busybox .* started'
    fires /tmp/out/shimmed
    sleep 120
    kill "$bare"
    [ "$(wc -l </tmp/out/bare)" -eq 1 ]
    [ "$(wc -l </tmp/out/shimmed)" -ge 3 ]
}

@test "busybox's crontab -e on musl does not hang after an editor that could not be executed" {
    # Bare it can run as root only, and hangs. Its child goes on, and installs what root has: not in the machine's spool.
    mount -t tmpfs tmpfs /var/spool/cron
    mkdir /var/spool/cron/crontabs
    run timeout 5 env EDITOR=/none $BUSYBOX/crontab -e
    [ "$status" -eq 124 ]
    eventually umount /var/spool/cron
    SEARCH=$BUSYBOX:/usr/bin:/bin
    shell "echo '* * * * * true' | crontab -"
    local editor
    for editor in /none /etc/passwd; do
        run shell "EDITOR=$editor crontab -e"
        [ "$status" -ne 124 ]
        [[ $output == *"can't execute '$editor'"* ]]
        [ "$(shell 'crontab -l')" = '* * * * * true' ]
    done
}

@test "a user with a name can run busybox's daemon for himself" {
    NAMELESS_UID=$(id -u nobody)
    SEARCH=$BUSYBOX:/usr/bin:/bin
    install -d -o nobody -m 700 /tmp/out/home
    printf 'SHELL=/bin/sh\n* * * * * id >>/tmp/out/one\n' >$TAB
    SETTINGS=(HOME=/tmp/out/home CLOCK_OFFSET=/dev/null)
    SHIM=bare run shell 'crond -f -d 8'
    [[ $output == *"can't change directory to '/var/spool/cron/crontabs': Permission denied"* ]]
    SETTINGS+=(LD_PRELOAD="$PROBES/clock-musl.so:$LIBRARY")
    shell "crontab $TAB"
    LIMIT=8 shell 'crond -f -d 8' >/tmp/out/log 2>&1 || true
    grep -q '^uid=65534(nobody) ' /tmp/out/one
    # A set-id busybox, too, if he has said where the files are to be.
    SEARCH=/tmp/busybox-named:/usr/bin:/bin
    mkdir /tmp/busybox-named
    install -m 4755 $BUSYBOX/busybox /tmp/busybox-named
    ln -s busybox /tmp/busybox-named/crontab
    ln -s busybox /tmp/busybox-named/crond
    rm /tmp/out/one
    SETTINGS+=(QLSHIM_STATE=/tmp/out/home/state)
    shell "crontab $TAB"
    LIMIT=8 shell 'crond -f -d 8' >/tmp/out/log 2>&1 || true
    grep -q '^uid=65534(nobody) ' /tmp/out/one
}

@test "nothing of it is active in other programs, nor under QLSHIM_CRON=off" {
    local program
    for program in "ls -l /var/spool" "bash -c true" "node -e 0"; do
        strace -f -c -o /tmp/out/with setpriv --reuid 23456 --regid 23456 --clear-groups env -i HOME=/tmp USER=a LOGNAME=a PATH="$PATH" LD_PRELOAD="$LIBRARY" $program >/dev/null
        strace -f -c -o /tmp/out/without setpriv --reuid 23456 --regid 23456 --clear-groups env -i HOME=/tmp USER=a LOGNAME=a PATH="$PATH" LD_PRELOAD="$LIBRARY" QLSHIM_CRON=off $program >/dev/null
        # node's threads wait and yield as they please.
        diff <(awk '{print $NF}' /tmp/out/with | grep -vE 'futex|epoll|sched|madvise|munmap|mprotect|mmap' | sort -u) \
            <(awk '{print $NF}' /tmp/out/without | grep -vE 'futex|epoll|sched|madvise|munmap|mprotect|mmap' | sort -u)
    done
    SETTINGS=(QLSHIM_CRON=off)
    run shell 'cron -f'
    [[ $output == *"can't open or create /var/run/crond.pid: Permission denied"* ]]
}
