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
    end_cron
    [ -z "${VOLUME:-}" ] || unmount_volume
    close_cron_deny
}

# once CRON FOLDER: a user's round
once() {
    local job daemon
    SEARCH=/tmp/out/$1:/usr/bin:/bin:/usr/sbin
    SETTINGS=(QLSHIM_STATE="$2")
    for job in one two; do
        # Into another second, since daemons compare whole ones.
        sleep 1.1
        shell "echo '* * * * * id >>/tmp/out/$job' | crontab -"
        if [ $job = one ]; then
            shell "$(fast_daemon "$1")" >/tmp/out/log 2>&1 &
            daemon=$!
        fi
        WAIT=30 eventually test -s /tmp/out/$job || { cat /tmp/out/log; fail "$1: $job did not fire"; }
        grep -q "^uid=$NAMELESS_UID(u$NAMELESS_UID) " /tmp/out/$job
    done
    [[ $(shell "crontab -l") == *"/tmp/out/two" ]]
    end_programs
    wait $daemon || true
    ! grep -E 'qlshim:|ORPHAN|WRONG|INSECURE' /tmp/out/log
    rm /tmp/out/one /tmp/out/two
}

# twice CRON…: on the volume that is mounted
twice() {
    local cron
    for cron in "$@"; do
        once "$cron" "$VOLUME/state-$cron"
        NAMELESS_UID=34567 once "$cron" "$VOLUME/state-$cron-2"
        once "$cron" "$VOLUME/state-$cron"
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
