# The state of each cron on each volume that has something against it, twice: installed, fired, changed, fired,
# by a daemon that is killed, and then by another user's container, whose state is another folder there. Time
# runs thirty times as fast. Some are in roots of their own, whose programs they need.

setup_file() {
    load ../programs/common
    tests/busybox
    tests/bcron
    tests/crons/prepare toybox cronie-{glibc,musl}{,-inotify} busybox-trixie busybox-forky root-cronie root-cron root-forky
}

setup() {
    load ../programs/common
    load ../programs/cron
    load fast
    . tests/crons/crons.bash
    prepare_cron
    place_crons
    install "$CRONS/cronie-glibc/anacron" /tmp/out/cronie-glibc
    place_cronie cronie-glibc-inotify
    place_cronie cronie-musl-inotify
    place_box busybox-13 "$CRONS/busybox-trixie/busybox"
    place_box busybox-forky "$CRONS/busybox-forky/busybox"
    place_box toybox "$CRONS/toybox/toybox"
    place bcron build/bcron/usr/{bin,sbin}/*
    open_cron_deny
}

teardown() {
    for NAMELESS_UID in {23461..23490}; do
        end_programs
    done
    umount -R /tmp/crons/*.root 2>/dev/null || umount -l /tmp/crons/*.root || true
    [ -z "${VOLUME:-}" ] || unmount_volume
    close_cron_deny
}

BUSYBOXES="busybox busybox-13 busybox-forky"
ALL="$CRONTABS cronie-glibc-inotify cronie-musl-inotify cronie-debian debian-13 debian-forky busybox-13 busybox-forky
    toybox bcron"
declare -gA roots=([cronie-debian]=root-cronie [debian-13]=root-cron [debian-forky]=root-forky)

# enter CRON: its root, where it has one, with the volume in it
enter() {
    CASE=$1 ROOT=${roots[$1]:-} FILES=/tmp/out/$1:/usr/sbin
    [ -n "$ROOT" ] || return 0
    enter_root
    : >"$ROOT/etc/crontab"
    rm -f "$ROOT"/etc/cron.d/*
    mkdir -p "$ROOT$VOLUME"
    mount --bind "$VOLUME" "$ROOT$VOLUME"
}

# A daemon that looks between a crontab's new file and its name, both of one second, never sees it (Debian's
# database.c, load_database), and on a fast clock it looks all the time.
send_daemon() {
    local daemon
    for daemon in $(pgrep -U "$NAMELESS_UID" -x 'crond?'); do
        kill -"$1" "$daemon" 2>/dev/null || true # a job's
    done
}

# begin CRON: its daemon, whose process is $daemon
begin() {
    LIMIT=300 shimmed "$(fast_daemon "$1")" >>"$out/log" &
    daemon=$!
    [ $1 != bcron ] || eventually test -S "$out/socket"
}

end() {
    end_programs
    wait $daemon || true
}

# once CRON UID: a user's round
once() {
    local out=/tmp/out/$2 job daemon=
    NAMELESS_UID=$2 USER_ID=$2 GROUP_ID=$2
    SETTINGS=(QLSHIM_STATE="$VOLUME/state-$2" BCRON_USER="u$2" BCRON_SOCKET="$out/socket")
    mkdir -m 777 "$out"
    [ $1 != bcron ] || begin bcron # whose daemon is it that installs
    for job in one two; do
        # Into another second, since daemons compare whole ones.
        sleep 1.1
        send_daemon STOP
        shimmed "echo '* * * * * id >>$out/$job' >$out/tab; crontab $out/tab"
        send_daemon CONT
        [ $1 != toybox ] || [ $job = one ] || { end; daemon=; } # which sees a change when it starts
        [ -n "$daemon" ] || begin "$1"
        WAIT=60 eventually test -s "$out/$job" || { cat "$out/log"; fail "$1: $job did not fire"; }
        grep -q "^uid=$2(u$2) " "$out/$job"
    done
    [[ $(shimmed "crontab -l") == *"$out/two" ]]
    end
    ! grep -E 'qlshim:|ORPHAN|WRONG|INSECURE' "$out/log" || fail "$1 complains"
    [[ $1 != cronie-glibc && $1 != debian-13 ]] || stamps "$out"
    rm -r "$out"
}

# stamps: anacron's, whichever it is: a job runs once a day
stamps() {
    local out=$1 job=daily-$RANDOM
    printf 'SHELL=/bin/sh\n1 0 %s id >>%s/daily\n' $job "$out" >"$out/anacrontab"
    shimmed "anacron -d -n -t $out/anacrontab; anacron -d -n -t $out/anacrontab" >"$out/anacron" || true
    [ "$(grep -c "^uid=$USER_ID(u$USER_ID)" "$out/daily")" -eq 1 ] || { cat "$out/anacron"; fail "anacron"; }
    [ -s "$VOLUME/state-$USER_ID/anacron/$job" ]
}

# refuses CRON: bare, both its programs
refuses() {
    local output
    USER_ID=23461 GROUP_ID=23461 SETTINGS=()
    output=$(as bare 'echo "* * * * * true" | crontab -') && fail "bare, $1's crontab did not fail"
    [[ $output == *"your UID isn't in the passwd file"* || $output == *"must be suid to work properly"* || $output == *"uid"* ||
        $output == *"Could not determine user name"* ]] || fail "bare, $1's crontab: $output"
    output=$(LIMIT=5 as bare "exec $(daemon_of "$1")") && fail "bare, $1's daemon did not fail"
    [[ $output == *"crond.pid: Permission denied"* || $output == *"'/var/spool/cron/crontabs'"* || $output == *"Not root"* ||
        $output == *"Could not look up cron user"* ]] || fail "bare, $1's daemon: $output"
}

# twice CRON…: on the volume that is mounted, all at the same time
twice() {
    local cron uid=23461 rounds=()
    for cron in "$@"; do
        enter "$cron"
        refuses "$cron"
        (once "$cron" $uid; once "$cron" $((uid + 1)); once "$cron" $uid) >"/tmp/out/$cron.rounds" 2>&1 3>&- &
        rounds+=($!)
        ((uid += 2))
    done
    for cron in "$@"; do
        wait "${rounds[0]}" || { cat "/tmp/out/$cron.rounds"; fail "$cron"; }
        rounds=("${rounds[@]:1}")
    done
}

on_faulty() {
    VOLUME_UID=1 mount_volume faulty "$@"
    twice $ALL
}

@test "chmod is refused (Mac, EINVAL)" { on_faulty chmod=EINVAL; }
@test "chmod is refused (EPERM)" { on_faulty chmod=EPERM; }
@test "chmod is refused (ENOTSUP)" { on_faulty chmod=ENOTSUP; }
@test "no sockets" { on_faulty mknod=EPERM; }
@test "no sockets, no symbolic links" { on_faulty mknod=EPERM symlink=EPERM; }
@test "no sockets and no links" { on_faulty mknod=ENOSYS symlink=ENOSYS link=ENOSYS; }
@test "sockets that leave debris" { on_faulty mknod=EIO debris; }
@test "sockets that cannot be removed" { on_faulty unlink=ENOTSUP; }
@test "sockets that are files" { on_faulty regular; }
@test "rclone" { VOLUME_UID=1 mount_volume rclone; twice $ALL; }
@test "exFAT" { VOLUME_UID=1 mount_volume exfat; twice $ALL; }
# Through the descriptor by which a file is being written, fusefat reads zeros from it, bare too: so the crontabs of
# Debian and cronie find, in what they wrote and are about to install, no line that they know.
@test "FAT" {
    mount_volume fat
    nameless /usr/bin/python3 -S -E -c 'import os, sys
fd = os.open(sys.argv[1], os.O_RDWR | os.O_CREAT)
os.write(fd, b"0 0 * * * true"); os.lseek(fd, 0, os.SEEK_SET)
assert os.read(fd, 99) == 14 * b"\0"
assert open(sys.argv[1]).read() == "0 0 * * * true"' "$VOLUME/written"
    twice $BUSYBOXES toybox bcron
    enter cronie-glibc
    USER_ID=23489 GROUP_ID=23489 SETTINGS=(QLSHIM_STATE="$VOLUME/state-23489")
    mkdir -m 777 /tmp/out/23489
    stamps /tmp/out/23489
}
