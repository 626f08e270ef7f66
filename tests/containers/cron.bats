# Unmodified cron in real containers, as a user without a name and with HOME=/: Debian's, and
# busybox's in an image of musl's loader, busybox and the library. The daemon is the container's main
# process; nobody but the image says that it is shimmed.
#
# All containers live side by side, and each test takes one of them a step further, since jobs start
# at real minutes: DAEMON is plain, DAEMON-strict read-only, without new privileges and with
# the engine's init before it, and DAEMON-volume read-only too, with cron's files on a volume that has
# no owners and modes.

setup_file() {
    load engine
    load images
    tests/busybox
    make_base_archive
    start_engine
    import_base
    build_debian
    build_busybox
    mount_volume rclone
    export VOLUME VOLUME_PID VOLUME_KIND
    cat >"$BATS_FILE_TMPDIR/crontab" <<'END'
# the jobs
* * * * * id >>"$HOME/fired"; echo "$HOME" "$SHELL" "$LOGNAME" "$PWD" >"$HOME/environment"
@reboot id >>"$HOME/reboots"
END
}

teardown_file() {
    load engine
    stop_engine
    unmount_volume
}

setup() {
    load engine
}

build_debian() {
    local context=$BATS_FILE_TMPDIR/debian
    mkdir "$context"
    cp "$LIBRARY" "$context"
    echo '* * * * * root id >/tmp/root' >"$context/root"
    build_image debian "$context" <<'END'
FROM base
COPY root /etc/cron.d/
COPY libqlshim.so /usr/lib/
ENV LD_PRELOAD=libqlshim.so
CMD ["cron", "-f"]
END
}

build_busybox() {
    local context=$BATS_FILE_TMPDIR/busybox
    busybox_root "$context/root"
    pack_root "$context"
    build_image busybox "$context" <<'END'
FROM scratch
ADD root.tar /
ENV LD_PRELOAD=libqlshim.so
CMD ["crond", "-f", "-d", "8"]
END
}

# run_container NAME COMMAND [OPTION…]: its image is the name's first part; "" for the image's own
# command.
run_container() {
    local options=(--network none --user "$USER_IDS")
    case $1 in *-strict | *-volume)
        options+=(--read-only --tmpfs /tmp --security-opt no-new-privileges) ;;
    esac
    case $1 in
    *-strict)
        options+=(--init) ;;
    *-volume)
        mkdir -p "$VOLUME/$1"
        options+=(--volume "$VOLUME/$1:/state" --env QLSHIM_STATE=/state) ;;
    esac
    # shellcheck disable=SC2086
    docker run "${options[@]}" "${@:3}" "${1%-*}" $2
}

# refused NAME COMMAND MESSAGE: without the shim, a command of a container ends with this message.
refused() {
    LIMIT=15 run run_container "$1" "$2" --rm --env LD_PRELOAD=
    [ "$status" -ne 0 ]
    [ "$status" -ne 124 ]
    [[ $output == *"$3"* ]]
}

@test "bare, Debian's cron refuses" {
    refused debian "crontab -l" "your UID isn't in the passwd file"
    refused debian "cron -f" "can't open or create /var/run/crond.pid: Permission denied"
    refused debian-strict "crontab -l" "your UID isn't in the passwd file"
    refused debian-strict "cron -f" "can't open or create /var/run/crond.pid: Read-only file system"
}

@test "bare, busybox's cron refuses" {
    local name
    for name in busybox busybox-strict; do
        refused $name "crontab -l" "must be suid to work properly"
        refused $name "crond -f -d 8" "can't change directory to '/var/spool/cron/crontabs'"
    done
}

# --- it fires ------------------------------------------------------------------------------------

# The daemon runs first, and finds a crontab that is new to it. By a shell, since the engine's own
# start of a set-id crontab leaves the shim out.
installs() {
    run_container "$1" "" --detach --name "$1"
    docker exec --interactive "$1" sh -c 'crontab -' <"$BATS_FILE_TMPDIR/crontab"
    lists "$1"
}

lists() {
    docker exec "$1" sh -c 'crontab -l' | diff "$BATS_FILE_TMPDIR/crontab" -
}

@test "crontab installs and lists: Debian" { installs debian; }
@test "crontab installs and lists: Debian, strict" { installs debian-strict; }
@test "crontab installs and lists: Debian, on a volume" { installs debian-volume; }
@test "crontab installs and lists: busybox" { installs busybox; }
@test "crontab installs and lists: busybox, strict" { installs busybox-strict; }
@test "crontab installs and lists: busybox, on a volume" { installs busybox-volume; }

# The user's own cat, which has the same HOME.
in_home() {
    docker exec "$1" sh -c "cat \"\$HOME/$2\""
}

# Waits for more than this many lines in a file that a job writes: the next minute, and ten seconds.
more_than() {
    local tries=70
    until [ "$(in_home "$1" "$2" 2>/dev/null | wc -l)" -gt "$3" ]; do
        sleep 1
        [ "$(docker inspect --format '{{.State.Running}}' "$1")" = true ]
        [ $((tries -= 1)) -gt 0 ] || { docker logs "$1"; fail "$1: nothing new in $2"; }
    done
}

# Every job so far was the user, by name.
jobs_have_a_name() {
    in_home "$1" "$2" >"$BATS_TEST_TMPDIR/jobs"
    ! grep -vE "^uid=12345\(u12345\) gid=12345\(u12345\)( groups=12345\(u12345\))?$" \
        "$BATS_TEST_TMPDIR/jobs" || fail "these are not the user"
}

# fires NAME LOG-LINE
fires() {
    local home
    more_than "$1" fired 0
    jobs_have_a_name "$1" fired
    home=$(docker exec "$1" sh -c 'echo "$HOME"')
    [ "$(in_home "$1" environment)" = "$home /bin/sh u12345 $home" ]
    run in_home "$1" reboots
    [ "$status" -ne 0 ]
    docker logs "$1" >"$BATS_TEST_TMPDIR/log" 2>&1
    cat "$BATS_TEST_TMPDIR/log"
    grep -E "$2" "$BATS_TEST_TMPDIR/log"
}

debian_fires() { fires "$1" 'CRON\[[0-9]+\]: \(u12345\) CMD \(id >>'; }
busybox_fires() { fires "$1" 'crond: USER u12345 pid +[0-9]+ cmd id >>'; }

@test "a job fires in the next minute: Debian" { debian_fires debian; }
@test "a job fires in the next minute: Debian, strict" { debian_fires debian-strict; }
@test "a job fires in the next minute: Debian, on a volume" { debian_fires debian-volume; }
@test "a job fires in the next minute: busybox" { busybox_fires busybox; }
@test "a job fires in the next minute: busybox, strict" { busybox_fires busybox-strict; }
@test "a job fires in the next minute: busybox, on a volume" { busybox_fires busybox-volume; }

# It cannot be root, and a user who wonders must not have to guess.
@test "root's own lines are not run, and the log says so" {
    run docker exec debian ls /tmp/root
    [ "$status" -ne 0 ]
    docker logs debian >"$BATS_TEST_TMPDIR/log" 2>&1
    cat "$BATS_TEST_TMPDIR/log"
    grep "a cron job of user root is not run" "$BATS_TEST_TMPDIR/log"
}

# Set-group-id, but with no privileges to gain, where the engine starts it and no shim.
@test "docker exec crontab: Debian, strict" {
    docker exec debian-strict crontab -l | diff "$BATS_FILE_TMPDIR/crontab" -
}

@test "a second daemon of Debian's refuses" {
    run docker exec debian cron -f
    [ "$status" -ne 0 ]
    [[ $output == *"can't lock /var/run/crond.pid"* ]]
}

# --- it ends and starts again --------------------------------------------------------------------

# A process 1 that does not handle SIGTERM does not get it, neither daemon handles it, and what has not
# ended in time the engine kills, status 137. --init puts the engine's own process before it.
ends() {
    LIMIT=90 docker stop --time 60 "$1"
    [ "$(docker inspect --format '{{.State.ExitCode}}' "$1")" != 137 ]
}

# The same container, its files in its own layer.
starts_again() {
    docker restart --time 0 "$1"
    has_started_again "$1"
}

# Another container on the same volume; the first had no chance to remove its pid file.
another_starts() {
    docker rm --force "$1"
    [ -s "$VOLUME/$1/crond.pid" ]
    run_container "$1" "" --detach --name "$1"
    lists "$1"
    has_started_again "$1"
}

# Counts the jobs here, once for all tests that wait for the next minute.
has_started_again() {
    more_than "$1" reboots 0
    in_home "$1" fired 2>/dev/null | wc -l >"$BATS_FILE_TMPDIR/$1.before"
}

@test "docker restart: Debian" { starts_again debian; }
@test "docker restart: busybox" { starts_again busybox; }
@test "another container: Debian, on a volume" { another_starts debian-volume; }
@test "another container: busybox, on a volume" { another_starts busybox-volume; }
@test "docker stop: Debian, strict" { ends debian-strict; }
@test "docker stop: busybox, strict" { ends busybox-strict; }

# fires_again NAME: and what starts with the container has started once.
fires_again() {
    more_than "$1" fired "$(<"$BATS_FILE_TMPDIR/$1.before")"
    jobs_have_a_name "$1" fired
    jobs_have_a_name "$1" reboots
    [ "$(in_home "$1" reboots | wc -l)" = 1 ]
}

@test "it fires again: Debian" { fires_again debian; }
@test "it fires again: busybox" { fires_again busybox; }
@test "it fires again: Debian, on a volume" { fires_again debian-volume; }
@test "it fires again: busybox, on a volume" { fires_again busybox-volume; }
