# What crons beside Debian's need, in users without a name: cronie built from Debian 13's source
# (tests/crons/prepare), busybox in its layouts, anacron, the init script, and a state folder that a neighbour
# has his hands in. `make crons` runs more of them, and longer.

setup_file() {
    load ../crons/days
    tests/busybox
    tests/crons/prepare cronie-{glibc,musl}{,-inotify}
    begin_days cronie-glibc:own cronie-musl:0 cronie-glibc:0:rclone busybox-12-hard:0 busybox-12-bb:own \
        busybox-12-set-id:own busybox-12-helper:0 busybox-12-links:own:rclone debian-12:0 \
        debian-12:own:faulty:chmod=ENOSYS
}

teardown_file() {
    kill "$DAYS_PID" 2>/dev/null || true
}

setup() {
    load common
    load cron
    . tests/crons/place.bash
    . tests/crons/scripts.bash
    load ../crons/days
    # Of those that have the user to themselves; the days have others.
    OUT=/tmp/own
    rm -rf "$OUT" /tmp/.qlshim-23456
    mkdir -m 1777 "$OUT"
    SETTINGS=()
    FILES=/tmp/own-files
    SEARCH=$FILES:/usr/sbin:/usr/bin:/bin
    VOLUME_KIND=
    mount -t tmpfs -o mode=0755 tmpfs /run
}

teardown() {
    end_programs
    [ -z "${CRON_ETC:-}" ] || close_cron_deny
    umount /run
    [ -z "$VOLUME_KIND" ] || unmount_volume
    rm -rf $FILES
}

# install_cron FILE NAME…: a program under these names
install_cron() {
    local name
    mkdir -p $FILES
    for name in "${@:2}"; do
        install "$1" "$FILES/$name"
    done
}

own_state() { echo /tmp/.qlshim-23456/home/.local/state/qlshim; }

# --- the init script, anacron ------------------------------------------------------------------------

@test "the init script starts, stops and starts again a user's daemon; so does service" {
    SHIM=bare run shell '/etc/init.d/cron start'
    [[ $output == *"can't open or create /var/run/crond.pid: Permission denied"* ]]
    local script
    for script in /etc/init.d/cron "service cron"; do
        script_works shell "$script" cron
    done
    [ ! -e /run/crond.pid ]
}

@test "anacron keeps its time stamps in the state folder, and runs a job once a day" {
    install_cron "$CRONS/cronie-glibc/anacron" anacron
    printf 'SHELL=/bin/sh\n1 0 daily id >>%s/daily\n' $OUT >$OUT/anacrontab
    SHIM=bare run shell "anacron -d -n -t $OUT/anacrontab"
    [ "$status" -ne 0 ]
    [[ $output == *"an't"*"/var/spool/anacron"* || $output == *"an't open timestamp"* ]] || fail "$output"
    [ ! -e $OUT/daily ]
    shell "anacron -d -n -t $OUT/anacrontab; anacron -d -n -t $OUT/anacrontab"
    [ "$(grep -c '^uid=23456(u23456)' $OUT/daily)" -eq 1 ]
    [ -s "$(own_state)/anacron/daily" ]
}

# --- other things ----------------------------------------------------------------------------------

@test "cronie's crontab says in a line that cron.deny cannot be read" {
    install_cron "$CRONS/cronie-glibc/crontab" crontab
    mkdir $OUT/etc
    mount -t tmpfs tmpfs $OUT/etc
    mkdir $OUT/etc/{upper,work}
    mount -t overlay -o "lowerdir=/etc,upperdir=$OUT/etc/upper,workdir=$OUT/etc/work" overlay /etc
    : >/etc/cron.deny
    shell "echo '* * * * * true' | crontab -"
    chmod 600 /etc/cron.deny
    run shell 'crontab -l'
    umount /etc $OUT/etc
    [ "$status" -ne 0 ]
    [ "$(grep -c '^qlshim: /etc/cron.deny cannot be read by this user, so crontab refuses; make it readable' <<<"$output")" -eq 1 ]
    [[ $output == *"You (u23456) are not allowed to use this program"* ]]
}

@test "what dcron's programs do (tests/crons/dcron.c): a crontab is installed, found by the daemon, and run; the log is kept" {
    local volume job=0 state
    mkdir -p $FILES
    cc -o $FILES/crond tests/crons/dcron.c
    cp $FILES/crond $FILES/crontab
    SHIM=bare run shell "echo 'echo x' >$OUT/tab; crontab $OUT/tab"
    [ "$status" -ne 0 ]
    [[ $output == *"getpwuid"* ]]
    for volume in disk rclone faulty; do
        case $volume in
        disk) state=$OUT/state ;;
        rclone) VOLUME_UID=1 mount_volume rclone; state=$VOLUME/state ;;
        faulty) VOLUME_UID=1 mount_volume faulty chmod=EPERM mknod=EPERM symlink=EPERM link=EPERM; state=$VOLUME/state ;;
        esac
        SETTINGS=(QLSHIM_STATE="$state")
        # Twice, since the first finds no folders.
        for job in 1 2; do
            LIMIT=30 shell 'exec crond' >$OUT/log 2>&1 &
            eventually grep -q "cron daemon, started" $OUT/log
            ! grep "unable to scan\|qlshim:" $OUT/log || fail "$volume"
            shell "echo 'id >$OUT/$volume-$job' >$OUT/tab; crontab $OUT/tab"
            wait $!
            grep -q '^uid=23456(u23456)' "$OUT/$volume-$job" || { cat $OUT/log; fail "$volume, $job"; }
            ls "$state"/spool/crontabs | cmp - <(echo u23456)
        done
        [ $volume = disk ] || unmount_volume
        VOLUME_KIND=
    done
}

@test "cronie's daemon, of glibc and musl, with inotify and without, fires from the background, and as process 1 it ends on SIGTERM" {
    local cron FAST
    load ../crons/fast
    place_clocks
    open_cron_deny
    for cron in cronie-{glibc,musl}{,-inotify}; do
        install_cron "$CRONS/$cron/crond" crond
        install_cron "$CRONS/$cron/crontab" crontab
        rm -rf $OUT/fired /tmp/.qlshim-23456
        SETTINGS=()
        shell "echo '* * * * * id >>$OUT/fired' | crontab -"
        SHIM=bare run shell 'crond'
        [[ $output == *"crond.pid: Permission denied"* ]]
        fast_settings $cron
        SETTINGS=("${FAST[@]}")
        run shell 'crond'
        [ "$status" -eq 0 ]
        WAIT=20 eventually test -s $OUT/fired
        kill -TERM "$(pgrep -U 23456 -ox crond)"
        eventually no_crond
        unshare --pid --fork --mount-proc setpriv --reuid 23456 --regid 23456 --clear-groups env -i \
            PATH="$SEARCH" HOME=/ LD_PRELOAD="$LIBRARY" $FILES/crond -n >$OUT/log 2>&1 3>&- &
        eventually grep -q STARTUP $OUT/log
        kill -TERM "$(pgrep -U 23456 -x crond)"
        eventually no_crond
    done
    close_cron_deny
}

no_crond() { ! pgrep -U 23456 -x crond; }

# --- days --------------------------------------------------------------------------------------------

@test "cronie, built with gcc" { goes_well cronie-glibc:own; }
@test "cronie, built with musl, group 0" { goes_well cronie-musl:0; }
@test "cronie, the state on rclone" { goes_well cronie-glibc:0:rclone; }
@test "busybox, hard links, group 0" { goes_well busybox-12-hard:0; }
@test "busybox, called bb" { goes_well busybox-12-bb:own; }
@test "busybox, set-id" { goes_well busybox-12-set-id:own; }
@test "busybox, by a set-id helper that keeps its name" { goes_well busybox-12-helper:0; }
@test "busybox, the state on rclone" { goes_well busybox-12-links:own:rclone; }
@test "Debian's cron, group 0" { goes_well debian-12:0; }
@test "Debian's cron, the state on a volume without chmod" { goes_well debian-12:own:faulty:chmod=ENOSYS; }
