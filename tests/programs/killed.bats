# kill -9 at every step, by strace's fault injection: a first run tells the program's system calls, and
# each further one is killed as it enters the next of them. What is killed leaves half-made things
# behind; nobody believes them, and the next run succeeds.

setup() {
    load common
    load cron
    prepare_cron
    # Names are in files only: systemd's look-up, where it is installed, makes some 200 calls more.
    sed -E 's/^(passwd|group):.*/\1: files/' /etc/nsswitch.conf >/tmp/nsswitch.conf
    mount --bind /tmp/nsswitch.conf /etc/nsswitch.conf
}

teardown() {
    end_cron
    [ -z "${CRON_ETC:-}" ] || close_cron_deny
    umount /etc/nsswitch.conf
}

traced() {
    as shimmed PATH="${SEARCH:-/usr/bin:/bin:/usr/sbin}" "${SETTINGS[@]}" \
        strace -f -qqq -o /tmp/out/trace "$@" >/tmp/out/output 2>&1
}

# steps CALLS COMMAND…: for each of the command's system calls that the pattern fits, its name and which
# of that name it is, as strace counts them.
steps() {
    traced -e signal=none "${@:2}" || fail "$(cat /tmp/out/output)"
    awk -v calls="^($1)\$" '{ sub(/\(.*/, "", $2); if ($2 ~ calls) print $2, ++seen[$2] }' /tmp/out/trace
}

# killed_at CALL NUMBER COMMAND…: false where the command made no such call, and ended well.
killed_at() {
    local result=0
    traced -e "inject=$1:signal=SIGKILL:when=$2" "${@:3}" || result=$?
    [ $result -eq 137 ] || { echo "not killed at $1 $2: status $result"; return 1; }
}

# --- crontab -----------------------------------------------------------------------------------

# What changes a file; between two of these calls nothing that is left behind changes.
FILE_CALLS='open|openat|creat|mkdirat|write|writev|sendfile|fchmod|fsync|ftruncate|rename|unlink|utimensat|close|exit_group'

SPOOL=/tmp/.qlshim-23456/home/.local/state/qlshim/spool/crontabs

# More than one write's worth; the first job of the new crontab would soon fire.
write_crontabs() {
    local i
    echo '* * * * * touch /tmp/out/believed' >/tmp/out/new
    for i in {1..200}; do
        echo "0 0 1 1 * : the old crontab, of some pages, $i" >&3
        echo "0 0 1 1 * : the new crontab, of some pages, $i" >&4
    done 3>/tmp/out/old 4>>/tmp/out/new
}

with_cronie() {
    load ../crons/fast
    tests/crons/prepare cronie-glibc
    place cronie-glibc "$CRONS"/cronie-glibc/cron{tab,d}
    open_cron_deny
    SEARCH=/tmp/out/cronie-glibc:/usr/bin:/bin
    SPOOL=${SPOOL%/crontabs}
    SHIM=bare run shell 'crontab /dev/null'
    [[ $output == *"your UID isn't in the passwd file"* ]]
}

# Debian's crontab puts three lines before the user's.
holds() {
    grep -v '^# ' "$SPOOL/u23456" | cmp - "/tmp/out/$1"
}

installs() {
    shell "crontab /tmp/out/$1"
    holds "$1"
}

replacement_killed_everywhere() {
    local call number old=0 new=0
    write_crontabs
    installs old
    steps "$FILE_CALLS" crontab /tmp/out/new >/tmp/out/steps
    installs old
    while read -r call number; do
        killed_at "$call" "$number" crontab /tmp/out/new
        if holds old >/dev/null; then
            old=$((old + 1))
        else
            new=$((new + 1))
            holds new
            installs old
        fi
        [ "$(stat -c '%a %u' $SPOOL/u23456)" = "600 23456" ]
    done </tmp/out/steps
    installs new
    # Killed before the rename, and after it.
    [ $old -gt 10 ]
    [ $new -gt 1 ]
}

first_one_killed_everywhere() {
    local call number absent=0
    write_crontabs
    rm -rf /tmp/.qlshim-23456
    steps "$FILE_CALLS" crontab /tmp/out/new >/tmp/out/steps
    while read -r call number; do
        rm -rf /tmp/.qlshim-23456
        killed_at "$call" "$number" crontab /tmp/out/new
        if [ -e $SPOOL/u23456 ]; then holds new; else absent=$((absent + 1)); fi
        installs new
    done </tmp/out/steps
    [ $absent -gt 10 ]
    [ $absent -lt "$(wc -l </tmp/out/steps)" ]
}

@test "Debian's crontab: the old one stands or the new one is complete, and no other file is believed" {
    replacement_killed_everywhere
    [ "$(ls $SPOOL | wc -l)" -gt 1 ] || fail "nothing was left behind"
    echo '* * * * * echo x >>/tmp/out/fired' >/tmp/out/new
    installs new
    faked
    start_daemon 'cron -f'
    fires /tmp/out/fired 20
    sleep 3
    [ ! -e /tmp/out/believed ]
}

@test "busybox's crontab: the old one stands or the new one is complete, and no other file is believed" {
    SEARCH=$BUSYBOX:/usr/bin:/bin
    replacement_killed_everywhere
    installs old
    killed_at rename 1 crontab /tmp/out/new
    cmp $SPOOL/u23456.new /tmp/out/new
    # At this level it names each line that it reads.
    start_daemon 'crond -f -d 0' 'entry:.*the old crontab, of some pages, 200'
    run grep believed /tmp/out/log
    [ "$status" -eq 1 ]
}

# Its crontabs lie in the spool itself, where its daemon takes every name for a user's but those that begin with a
# number sign, as its crontab's new files do (src/database.c, not_a_crontab).
@test "cronie's crontab: the old one stands or the new one is complete, and no other file is believed" {
    with_cronie
    replacement_killed_everywhere
    [ "$(ls $SPOOL | wc -l)" -gt 1 ] || fail "nothing was left behind"
    echo '* * * * * echo x >>/tmp/out/fired' >/tmp/out/new
    installs new
    faked "FAKETIME=+1h x30" NO_FAKE_STAT=1
    start_daemon 'crond -n' STARTUP
    fires /tmp/out/fired 20
    sleep 3
    [ ! -e /tmp/out/believed ]
    [[ $(</tmp/out/log) != *ORPHAN* ]]
}

@test "the first crontab is complete, or there is none" {
    first_one_killed_everywhere
    SEARCH=$BUSYBOX:/usr/bin:/bin
    first_one_killed_everywhere
    with_cronie
    first_one_killed_everywhere
}

# --- bind --------------------------------------------------------------------------------------

# Where sockets and records of them are; what else is there stays.
left_behind() {
    find /tmp/.qlshim-23456 -regextype posix-extended -regex '.*/[0-9a-f]{16}(\.name)?' | sort
}

# A server's bind: kills its program at each of its system calls, from the first of the bind to its end.
bind_killed_everywhere() {
    local call number unreached=0 before=0
    local path=$VOLUME/server.sock
    run nameless "$1" "$path"
    [[ $output == "not loaded, E"* ]] || fail "it binds here without the shim: $output"
    rm -f "$path"
    steps '[a-z0-9_]+' "$1" "$path" >/tmp/out/steps
    [ "$(</tmp/out/output)" = "loaded, redirected" ]
    # The next program is to try the volume anew.
    rm /tmp/.qlshim-23456/verdict-*
    rm -f "$path"
    # /proc/net/unix takes as many reads as this machine has sockets, and a read changes nothing.
    sed -n '/^statfs 1$/,$p' /tmp/out/steps | grep -v '^read ' >/tmp/out/bind
    while read -r call number; do
        # How many calls it makes depends on what it finds to collect.
        killed_at "$call" "$number" "$1" "$path" || unreached=$((unreached + 1))
        if [ -e "$path" ] || [ -L "$path" ]; then
            [ "$(shimmed "$1" "$path")" = "loaded, EADDRINUSE" ]
            rm -f "$path"
        else
            before=$((before + 1))
        fi
        [ "$(shimmed "$1" "$path")" = "loaded, redirected" ]
        rm -f "$path"
        rm -f /tmp/.qlshim-23456/verdict-*
    done </tmp/out/bind
    echo "$(wc -l </tmp/out/bind) calls, $before of them before there is a marker"
    [ $unreached -lt $(($(wc -l </tmp/out/bind) / 2)) ]
    [ $before -gt 5 ]
    [ $before -lt "$(wc -l </tmp/out/bind)" ]
    collected "$1" "$path"
}

# What the killed left in the private folder goes with the next redirects, once it is old enough to be
# nobody's who is just binding; on the volume nothing is left.
collected() {
    left_behind >/tmp/out/left
    echo "$(wc -l </tmp/out/left) sockets and records left behind"
    [ "$(wc -l </tmp/out/left)" -gt 10 ]
    sleep 6
    local i
    for i in {1..20}; do
        shimmed "$1" "$2"
        rm -f "$2"
    done
    [ -z "$(left_behind | comm -12 - /tmp/out/left)" ]
    [ -z "$(ls -A "$VOLUME")" ]
}

bind_on() {
    mount_volume "${@:2}"
    bind_killed_everywhere "$PROBES/$1"
    unmount_volume
}

@test "bind: a marker file" { bind_on loaded rclone; }
@test "bind: a link, on musl" { bind_on loaded-musl faulty mknod=EPERM; }
