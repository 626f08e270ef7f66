# The crons that `make crons` runs, one function each, and how a user without a name lives with one of
# them. What is in /tmp/out/CASE is the case's own, and the user's.

. tests/crons/place.bash
. tests/crons/vi.bash
. tests/volumes/volumes.bash

LIBRARY=$PWD/build/libqlshim.so

# --- the crons -------------------------------------------------------------------------------------
#
# A function sets:
#   FILES          the folder of the programs, or ROOT, a root of Debian's (tests/crons/prepare)
#   DAEMON         the daemon, in the foreground, and a pattern of what it says when it has STARTED
#   CRONTAB        the crontab
#   BARE_DAEMON, BARE_CRONTAB    what each says without the shim
#   FEATURES       of: syntax (a bad line is refused), lock (a second daemon is), reboot, prompt (-i),
#                  percent, mail, stdin-dash (standard input is `-` or nothing)
# LAYOUT says how a busybox lies in its folder, and what of it is set-id.

cronie() {
    DAEMON="crond -n -m /tmp/mailer" STARTED='\(CRON\) (STARTUP|INFO)' CRONTAB=crontab
    BARE_DAEMON="can't open or create /.*crond.pid: Permission denied"
    BARE_CRONTAB="your UID isn't in the passwd file"
    FEATURES="syntax lock reboot prompt percent mail"
    UNWANTED='ORPHAN|mtime|WRONG FILE OWNER|BAD FILE MODE|STAT FAILED|setuid:|fchown'
}

cronie-glibc() { cronie; install_programs cronie-glibc 4755; }
cronie-musl() { cronie; install_programs cronie-musl 4755; }
cronie-glibc-inotify() { cronie; install_programs cronie-glibc-inotify 4755; }
cronie-musl-inotify() { cronie; install_programs cronie-musl-inotify 4755; }
cronie-debian() { cronie; ROOT=root-cronie; }

debian() {
    DAEMON="cron -f" STARTED='\(CRON\) INFO \(.* @reboot jobs' CRONTAB=crontab
    BARE_DAEMON="can't open or create /.*cron.?.pid: Permission denied"
    BARE_CRONTAB="your UID isn't in the passwd file"
    FEATURES="syntax lock reboot prompt percent"
    UNWANTED='ORPHAN|INSECURE|WRONG|seteuid'
}

debian-12() { debian; FILES=/usr/sbin:/usr/bin; }
debian-13() { debian; FEATURES+=" mail" ROOT=root-cron; }
debian-forky() { debian; FEATURES+=" mail" ROOT=root-forky; }

busybox() {
    DAEMON="crond -f -d 8" STARTED='crond .*started' CRONTAB=crontab
    BARE_DAEMON="can't change directory to '/var/spool/cron/crontabs'|must be suid|root"
    BARE_CRONTAB="must be suid to work properly"
    FEATURES=""
    UNWANTED="must be suid|can't set"
}

busybox-12-links() { busybox; install_busybox build/busybox/busybox symlinks; }
busybox-13-links() { busybox; FEATURES=mail; install_busybox "$CRONS/busybox-trixie/busybox" symlinks; }
busybox-forky-links() { busybox; FEATURES="reboot mail"; install_busybox "$CRONS/busybox-forky/busybox" symlinks; }
busybox-12-hard() { busybox; install_busybox build/busybox/busybox hard; }
busybox-13-hard() { busybox; FEATURES=mail; install_busybox "$CRONS/busybox-trixie/busybox" hard; }
busybox-forky-hard() { busybox; FEATURES="reboot mail"; install_busybox "$CRONS/busybox-forky/busybox" hard; }
busybox-12-bb() { busybox; install_busybox build/busybox/busybox bb; }
busybox-forky-bb() { busybox; FEATURES="reboot mail"; install_busybox "$CRONS/busybox-forky/busybox" bb; }
busybox-12-set-id() { busybox; install_busybox build/busybox/busybox set-id; BARE_CRONTAB= BARE_DAEMON=; }
busybox-12-applet() {
    busybox
    install_busybox build/busybox/busybox symlinks
    DAEMON="busybox crond -f -d 8" CRONTAB="busybox crontab"
}
# Alpine's bbsuid, but that it keeps its first argument.
busybox-12-helper() {
    busybox
    install_busybox build/busybox/busybox symlinks
    rm "$FILES/crontab"
    printf '#include <unistd.h>
int main(int argc, char **argv) { execv("%s/busybox", argv); return 127 + argc; }' "$FILES" >"$FILES/helper.c"
    musl-gcc -o "$FILES/crontab" "$FILES/helper.c"
    chmod 4755 "$FILES/crontab"
    BARE_CRONTAB= # it is root's then
}

toybox() {
    DAEMON="crond -f -l 0 -L /dev/stderr" STARTED='crond started' CRONTAB=crontab
    BARE_DAEMON="Not root" BARE_CRONTAB="No uid|bad uid|Permission denied"
    FEATURES="syntax mail"
    UNWANTED="Not root"
    FILES=/tmp/crons/$CASE
    install -D "$CRONS/toybox/toybox" "$FILES/toybox"
    ln -s toybox "$FILES/crond"
    ln -s toybox "$FILES/crontab"
    ln -s /tmp/mailer "$FILES/sendmail"
}

# install_programs NAME MODE: with this mode of its crontab, as root's
install_programs() {
    FILES=/tmp/crons/$CASE
    mkdir -p "$FILES"
    install "$CRONS/$1"/* "$FILES"
    chmod "$2" "$FILES/crontab"
}

# install_busybox FILE LAYOUT
install_busybox() {
    local applet
    FILES=/tmp/crons/$CASE
    mkdir -p "$FILES"
    install "$1" "$FILES/busybox"
    ln -s /tmp/mailer "$FILES/sendmail"
    [ "$2" != set-id ] || chmod 4755 "$FILES/busybox"
    for applet in crond crontab vi; do
        case $2 in
        symlinks | set-id) ln -s busybox "$FILES/$applet" ;;
        hard) ln "$FILES/busybox" "$FILES/$applet" ;;
        bb) ln -s bb "$FILES/$applet" ;;
        esac
    done
    case $2 in
    hard) rm "$FILES/busybox" ;;
    bb) mv "$FILES/busybox" "$FILES/bb" ;;
    esac
}

# --- a user ------------------------------------------------------------------------------------------

# enter_root: a copy of it that may be written, with /tmp in common
enter_root() {
    local top=/tmp/crons/$CASE.root
    mkdir -p "$top"
    mount -t tmpfs -o mode=0755 tmpfs "$top"
    mkdir "$top"/{upper,work,root}
    mount -t overlay -o "lowerdir=$CRONS/$ROOT,upperdir=$top/upper,workdir=$top/work" overlay "$top/root"
    mount --rbind /proc "$top/root/proc"
    mount --rbind /dev "$top/root/dev"
    mount --bind /tmp "$top/root/tmp"
    install "$LIBRARY" "$top/root/usr/lib/libqlshim.so"
    ln -sf /tmp/mailer "$top/root/usr/sbin/sendmail"
    ROOT=$top/root
}

# as HOW COMMAND: by a shell, as the case's user; HOW is bare or shimmed. LIMIT seconds at most.
as() {
    local library=$LIBRARY search=$FILES:/usr/bin:/bin chroot=() how=$1
    [ -z "$ROOT" ] || { library=/usr/lib/libqlshim.so search=/usr/sbin:/usr/bin:/bin chroot=(chroot "$ROOT"); }
    [ "$how" = shimmed ] || library=
    timeout --foreground -k 2 "${LIMIT:-60}" "${chroot[@]}" setpriv --reuid "$USER_ID" --regid "$GROUP_ID" --clear-groups \
        env -i PATH="$search" HOME=/ ${library:+LD_PRELOAD=$library} "${SETTINGS[@]}" sh -c "$2" 2>&1
}

shimmed() { as shimmed "$1"; }

has() { [[ " $FEATURES " == *" $1 "* ]]; }

die() {
    echo "$CASE: $*"
    echo "--- the daemon's log"
    cat "$OUT/log" 2>/dev/null
    echo "--- $OUT"
    head -c 2000 "$OUT"/* 2>/dev/null
    exit 1
}

# says COMMAND PATTERN: its output matches
says() {
    local output
    output=$(shimmed "$1") || true
    [[ $output =~ $2 ]] || die "$1 said: $output; not $2"
}

# lists TEXT: crontab's own headers aside
lists() {
    local listed
    listed=$(shimmed "$CRONTAB -l" | grep -v '^# \(DO NOT EDIT\|(.*installed on\|(Cron version\)') || true
    [ "$listed" = "$1" ] || die "crontab -l listed '$listed', not '$1'"
}

# within SECONDS COMMAND…
within() {
    local end=$((SECONDS + $1))
    until "${@:2}" 2>/dev/null; do
        sleep 0.2
        [ $SECONDS -lt $end ] || return 1
    done
}

# writes FILE [SECONDS]: a job does, in the next minute
writes() {
    within "${2:-75}" test -s "$OUT/$1" || die "$1 was not written"
}

# holds FILE PATTERN: soon it has such a line; a job that has begun to write may not have ended
holds() { within 30 grep -qE "$2" "$OUT/$1"; }

start_daemon() {
    : >"$OUT/log"
    LIMIT=900 shimmed "exec $DAEMON" >>"$OUT/log" 2>&1 </dev/null &
    within 30 grep -qE "$STARTED" "$OUT/log" || die "the daemon did not start"
    DAEMON_PID=$(pgrep -U "$USER_ID" -o -f "^([^ ]*/)?$DAEMON") || die "there is no daemon"
}

ended() { ! kill -0 "$DAEMON_PID"; }

# What a day leaves would keep those waiting who started it.
leave() {
    trap - EXIT
    [ -z "$DAEMON_PID" ] || kill -9 "$DAEMON_PID" 2>/dev/null
    [ -z "$VOLUME" ] || unmount_volume
}

# live USER-ID CRON GROUP [VOLUME [FAULT…]]: a user's day with a cron, which is a function above. The
# group is `own`, of the user's number, or a number; the state is on that volume, whose files are all
# somebody else's.
live() {
    DAEMON_PID="" VOLUME="" CASE=${*:2} CASE=${CASE// /-} USER_ID=$1 GROUP_ID=$1 OUT=/tmp/out/$CASE FILES="" ROOT="" SETTINGS=()
    [ "$3" = own ] || GROUP_ID=$3
    shift
    mkdir -p -m 1777 "$OUT"
    "$1"
    [ -z "$ROOT" ] || enter_root
    if [ -n "${3:-}" ]; then
        VOLUME_UID=1 mount_volume "${@:3}" || die "no volume"
        SETTINGS=(QLSHIM_STATE="$VOLUME/state")
    fi
    trap leave EXIT
    bare_refuses
    installs
    jobs_run
    edits
    restarts
    removes
    ! grep -qE "$UNWANTED" "$OUT"/log* || die "the log has: $(grep -E "$UNWANTED" "$OUT"/log*)"
    leave
    echo "$CASE: all is well"
}

bare_refuses() {
    local output status
    echo '* * * * * true' >"$OUT/tab"
    if [ -n "$BARE_CRONTAB" ]; then
        output=$(as bare "$CRONTAB $OUT/tab; $CRONTAB -l") && die "bare, crontab did not fail"
        [[ $output =~ $BARE_CRONTAB ]] || die "bare, crontab said: $output"
    fi
    if [ -n "$BARE_DAEMON" ]; then
        output=$(LIMIT=3 as bare "exec $DAEMON") && die "bare, the daemon did not fail"
        [[ $output =~ $BARE_DAEMON ]] || die "bare, the daemon said: $output"
    fi
}

installs() {
    says "$CRONTAB $OUT/tab" '^(Backup.*|.*mkdir: No such file or directory)?$'
    lists '* * * * * true'
    echo '1 * * * * echo piped' | shimmed "$CRONTAB -" || die "crontab - failed"
    lists '1 * * * * echo piped'
    if has syntax; then
        echo '99 * * * * true' | shimmed "$CRONTAB -" && die "a bad minute was taken"
        lists '1 * * * * echo piped'
    fi
    if has prompt; then
        echo n | shimmed "$CRONTAB -i -r" || true
        lists '1 * * * * echo piped'
        echo y | shimmed "$CRONTAB -i -r" || [[ $CASE == cronie* ]] || die "crontab -i -r failed"
        output=$(shimmed "$CRONTAB -l") && die "there is a crontab yet: $output"
    fi
}

# The first crontab is there when the daemon starts; the second comes while it runs.
jobs_run() {
    local words=""
    has reboot && words+="@reboot echo x >>$OUT/reboot"$'\n'
    words+="* * * * * { id; env; } >>$OUT/first"
    echo "$words" | shimmed "$CRONTAB -" || die "the first crontab"
    start_daemon
    ! has lock || { output=$(LIMIT=5 shimmed "exec $DAEMON") && die "a second daemon runs"
        [[ $output == *"can't lock"* ]] || die "the second daemon said: $output"; }
    words="* * * * * { id; env; } >>$OUT/second"
    has percent && words+=$'\n'"GREETING=hello"$'\n'"* * * * * cat >>$OUT/percent; echo \$GREETING >>$OUT/percent%one%two"
    has mail && words+=$'\n'"MAILTO=somebody"$'\n'"* * * * * echo to somebody"
    # Into another second, since some daemons compare whole ones.
    sleep 2
    # toybox's daemon looks at the folder's time, which its crontab does not change by writing.
    [[ $CASE != toybox* ]] || shimmed "$CRONTAB -r" || die "crontab -r failed"
    echo "$words" | shimmed "$CRONTAB -" || die "the second crontab"
    writes second
    holds second "^uid=$USER_ID\(u$USER_ID\) gid=$GROUP_ID\(" || die "the job is somebody else"
    holds second "^(LOGNAME|USER)=u$USER_ID$" || die "no LOGNAME"
    [ ! -e "$OUT/first" ] || [ "$(grep -c ^uid= "$OUT/first")" -le 1 ] || die "the first crontab is still run"
    if has reboot; then writes reboot 30; fi
    if has percent; then
        holds percent '^hello$' || die "percent: $(<"$OUT/percent")"
        [ "$(head -3 "$OUT/percent" | tr '\n' ' ')" = "one two hello " ] || die "percent: $(<"$OUT/percent")"
    fi
    if has mail; then within 30 grep -q "^To: somebody" "/tmp/mail-$USER_ID" || die "there is no mail"; fi
}

edits() {
    printf '#!/bin/sh\nsleep 1.1\necho "* * * * * echo x >>%s/edited" >"$1"\n' "$OUT" >"$OUT/editor"
    chmod 755 "$OUT/editor"
    local settings=("${SETTINGS[@]}")
    SETTINGS+=(EDITOR="$OUT/editor")
    shimmed "$CRONTAB -e" >"$OUT/edit" || die "crontab -e failed"
    lists "* * * * * echo x >>$OUT/edited"
    SETTINGS=("${settings[@]}" EDITOR=/tmp/editors/vi TERM=dumb)
    edits_with_vi
    SETTINGS=("${settings[@]}")
    lists "* * * * * echo x >>$OUT/edited"$'\n'"* * * * * echo x >>$OUT/vi"
    [[ $CASE != toybox* ]] || starts_again # see jobs_run
    writes edited
    writes vi 30
    rm -f "$OUT/second" # what was replaced is not run again: see removes
}

# By busybox's vi, on a terminal, behind what is there.
edits_with_vi() {
    : >"$OUT/vi-edit"
    type_in_vi "$OUT/vi-edit" "* * * * * echo x >>$OUT/vi" | SHELL=/bin/bash script -qefc "$(declare -f as shimmed); $(declare -p CASE FILES ROOT USER_ID GROUP_ID LIBRARY SETTINGS); shimmed '$CRONTAB -e'" /dev/null >>"$OUT/vi-edit" 2>&1 ||
        die "crontab -e with vi failed: $(<"$OUT/vi-edit")"
}

starts_again() {
    kill -9 "$DAEMON_PID"
    within 30 ended || die "it lives"
    cp "$OUT/log" "$OUT/log.before"
    start_daemon
}

# Killed, it leaves its pid file; the jobs of the start are not run again.
restarts() {
    starts_again
    ! has reboot || [ "$(wc -l <"$OUT/reboot")" = 1 ] || [[ $CASE == busybox* ]] || die "@reboot jobs ran twice"
}

removes() {
    shimmed "$CRONTAB -r" >/dev/null || [[ $CASE == cronie* ]] || die "crontab -r failed"
    output=$(shimmed "$CRONTAB -l") && die "there is a crontab yet: $output"
    # A minute may have begun before the daemon saw it.
    sleep $((62 - 10#$(date +%S)))
    rm -f "$OUT"/{first,second,edited,vi}
    sleep 62
    [ -z "$(ls "$OUT" | grep -xE 'first|second|edited|vi')" ] || die "a removed crontab is run"
    kill -TERM "$DAEMON_PID"
    within 30 ended || die "SIGTERM does not end it"
    DAEMON_PID=""
}

# Once, before any case: a mailer for those that can be told one, and busybox's vi, which runs in every
# root by its own loader.
prepare_cases() {
    mkdir -p /tmp/crons /tmp/editors
    mkdir -p -m 1777 /tmp/out
    install build/busybox/busybox /lib/ld-musl-x86_64.so.1 /tmp/editors
    printf '#!/bin/sh\nexec /tmp/editors/ld-musl-x86_64.so.1 /tmp/editors/busybox vi "$@"\n' >/tmp/editors/vi
    printf '#!/bin/sh\ncat >>/tmp/mail-$(id -u)\n' >/tmp/mailer
    chmod 755 /tmp/editors/vi /tmp/mailer
    # As Fedora's and Arch's packages: without the file cronie lets root alone use crontab.
    mkdir /tmp/etc
    mount -t tmpfs tmpfs /tmp/etc
    mkdir /tmp/etc/{upper,work}
    mount -t overlay -o lowerdir=/etc,upperdir=/tmp/etc/upper,workdir=/tmp/etc/work overlay /etc
    : >/etc/cron.deny
}
