# The state of each cron on each volume that has something against it, twice: installed, fired, changed, fired,
# by a daemon that is killed, and then by another user's container, whose state is another folder there. Time
# runs thirty times as fast.

setup_file() {
    load ../programs/common
    tests/busybox
    tests/crons/prepare cronie-glibc cronie-musl
}

setup() {
    load ../programs/common
    load ../programs/cron
    load fast
    prepare_cron
    place_crons
    open_cron_deny
}

teardown() {
    for NAMELESS_UID in {23461..23468}; do
        end_programs
    done
    [ -z "${VOLUME:-}" ] || unmount_volume
    close_cron_deny
}

# once CRON UID: a user's round
once() {
    local out=/tmp/out/$2 job daemon
    NAMELESS_UID=$2
    SEARCH=/tmp/out/$1:/usr/bin:/bin:/usr/sbin
    SETTINGS=(QLSHIM_STATE="$VOLUME/state-$2")
    mkdir -m 777 "$out"
    for job in one two; do
        # Into another second, since daemons compare whole ones.
        sleep 1.1
        shell "echo '* * * * * id >>$out/$job' | crontab -"
        if [ $job = one ]; then
            LIMIT=300 shell "$(fast_daemon "$1")" >"$out/log" 2>&1 &
            daemon=$!
        fi
        WAIT=60 eventually test -s "$out/$job" || { cat "$out/log"; fail "$1: $job did not fire"; }
        grep -q "^uid=$2(u$2) " "$out/$job"
    done
    [[ $(shell "crontab -l") == *"$out/two" ]]
    end_programs
    wait $daemon || true
    ! grep -E 'qlshim:|ORPHAN|WRONG|INSECURE' "$out/log" || fail "$1 complains"
    rm -r "$out"
}

# twice CRON…: on the volume that is mounted, all at the same time
twice() {
    local cron uid=23461 rounds=()
    for cron in "$@"; do
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
    twice $CRONTABS
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
@test "rclone" { VOLUME_UID=1 mount_volume rclone; twice $CRONTABS; }
@test "FAT" { mount_volume fat; twice busybox; }
