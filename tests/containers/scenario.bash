# What qlshim is for, in any engine: a user without a name, HOME=/, and data on a volume that refuses
# sockets. PM2, names, crontab, and a job of cron's that asks PM2; in the image of musl, which has no
# node, a probe takes every step that PM2 takes, and more.
#
# A bats file says by which engine; `engine KIND …` is its command line, which docker and podman share.
# KIND tells one way to run it from another, and is the first part of a container's name.
#
#     mount_volumes                 before the engine starts: a rootless one does not see later mounts
#     unmount_volumes
#     build_images KIND             debian and musl
#     run_daemons KIND              cron as the main process of a container of each image
#     bare_debian KIND …            the tests, in the order of this file

. tests/containers/images.bash

# What the volumes belong to, as a container's user is seen from outside.
mount_volumes() {
    local volume
    make_base_archive
    for volume in rclone disk faulty; do
        mount_volume "$volume" $([ $volume != faulty ] || echo mknod=EPERM)
        export "${volume}_volume=$VOLUME" "${volume}_pid=${VOLUME_PID:-}"
    done
}

unmount_volumes() {
    local pid
    for VOLUME_KIND in rclone disk faulty; do
        VOLUME=${VOLUME_KIND}_volume VOLUME_PID=${VOLUME_KIND}_pid
        VOLUME=${!VOLUME} VOLUME_PID=${!VOLUME_PID} unmount_volume
    done
}

build_images() {
    local context=/mnt/disk/contexts
    [ -d "$context" ] || { debian_context "$context/debian"; musl_context "$context/musl"; }
    LIMIT=120 engine "$1" import "$base_archive" base >/dev/null
    LIMIT=120 engine "$1" build --quiet --tag qlshim-debian "$context/debian" >/dev/null
    LIMIT=120 engine "$1" build --quiet --tag qlshim-musl "$context/musl" >/dev/null
}

# run_container KIND IMAGE [OPTION…] -- COMMAND…
run_container() {
    local kind=$1 image=$2 options=()
    mkdir -p -m 777 "$rclone_volume/$kind"
    shift 2
    until [ "$1" = -- ]; do
        options+=("$1")
        shift
    done
    shift
    engine "$kind" run --network none --user 12345:12345 --volume "$rclone_volume/$kind:/ql/data" \
        --env PM2_HOME=/ql/data/.pm2 "${options[@]}" "qlshim-$image" "$@"
}

run_daemons() {
    run_container "$1" debian --detach --name "$1-debian" -- cron -f
    run_container "$1" musl --detach --name "$1-musl" -- crond -f -d 8
}

# --- without the shim ----------------------------------------------------------------------------

# refused KIND IMAGE MESSAGE COMMAND…
refused() {
    run run_container "$1" "$2" --rm --env LD_PRELOAD= -- "${@:4}"
    echo "$output"
    [ "$status" -ne 0 ]
    [ "$status" -ne 124 ]
    [[ $output == *"$3"* ]]
}

# PM2 binds its sockets over and over, and its client waits for ever.
bare_debian() {
    refused "$1" debian "cannot find name for user ID 12345" whoami
    refused "$1" debian "your UID isn't in the passwd file" crontab -l
    refused "$1" debian "can't open or create /var/run/crond.pid: Permission denied" cron -f
    cp "$BATS_TEST_DIRNAME"/{app,ask}.js "$rclone_volume/$1"
    run run_container "$1" debian --rm --env LD_PRELOAD= -- timeout 10 pm2 start /ql/data/app.js
    [ "$status" = 124 ]
    [[ $output == *"Spawning PM2 daemon"* ]]
    [[ $output != *"Successfully daemonized"* ]]
}

bare_musl() {
    refused "$1" musl "unknown uid 12345" whoami
    refused "$1" musl "must be suid to work properly" crontab -l
    refused "$1" musl "can't change directory to '/var/spool/cron/crontabs'" crond -f -d 8
    steps "$1" disk truth --env LD_PRELOAD=
    [ "$(wc -l <"$BATS_TEST_TMPDIR/truth")" -gt 200 ]
    steps "$1" faulty bare --env LD_PRELOAD=
    ! diff "$BATS_TEST_TMPDIR/truth" "$BATS_TEST_TMPDIR/bare" ||
        fail "nothing fails on this volume without the shim"
}

# --- with it -------------------------------------------------------------------------------------

# inside KIND IMAGE COMMAND…
inside() {
    engine "$1" exec --interactive "$1-$2" "${@:3}"
}

# On the volume is what it left there when it failed: who finds the shim has tried without it.
pm2_lives() {
    engine "$1" exec --env PORT=8080 "$1-debian" pm2 start /ql/data/app.js --instances 2
    eventually serves "$1"
    inside "$1" debian pm2 reload app
    eventually serves "$1"
    [ "$(inside "$1" debian pm2 list | grep -c online)" = 2 ]
}

# Every process of the app, and nothing else, answers on its port.
serves() {
    local processes
    processes=$(inside "$1" debian pm2 pid app | sort)
    [ "$(wc -w <<<"$processes")" = 2 ]
    [ "$(inside "$1" debian node /ql/data/ask.js 8080)" = "$processes" ]
}

# steps KIND VOLUME NAME [OPTION…]: the steps of tests/probes/steps.c.
steps() {
    local folder=${2}_volume
    folder=${!folder}/$1-$3-$BATS_TEST_NUMBER
    mkdir -m 777 "$folder"
    run_container "$1" musl --rm --volume "$folder:/steps" --tmpfs /tmp "${@:4}" -- \
        steps-musl /steps >"$BATS_TEST_TMPDIR/$3" 2>"$BATS_TEST_TMPDIR/errors"
}

sockets_musl() {
    steps "$1" disk truth --env LD_PRELOAD=
    steps "$1" faulty shimmed
    diff "$BATS_TEST_TMPDIR/truth" "$BATS_TEST_TMPDIR/shimmed"
    [ ! -s "$BATS_TEST_TMPDIR/errors" ]
}

# By a shell, since the engine's own start of a set-id crontab leaves the shim out.
named() {
    [ "$(inside "$1" "$2" whoami)" = u12345 ]
    inside "$1" "$2" sh -c 'crontab -' <<<"$3"
    [ "$(inside "$1" "$2" sh -c 'crontab -l')" = "$3" ]
}

# A job runs every minute: what it says is whole before it is found.
named_debian() {
    named "$1" debian \
        '* * * * * (id; PM2_HOME=/ql/data/.pm2 pm2 pid app) >"$HOME/new" && mv "$HOME/new" "$HOME/fired"'
}

named_musl() {
    named "$1" musl '* * * * * id >"$HOME/new" && mv "$HOME/new" "$HOME/fired"'
}

# fires KIND IMAGE: within the next minute, and ten seconds. What the job said is in the file `fired`.
fires() {
    local tries=70
    until inside "$1" "$2" sh -c 'cat "$HOME/fired"' >"$BATS_TEST_TMPDIR/fired" 2>/dev/null; do
        sleep 1
        [ $((tries -= 1)) -gt 0 ] || { engine "$1" logs "$1-$2"; fail "$1-$2: no job has run"; }
    done
    head -n 1 "$BATS_TEST_TMPDIR/fired" |
        grep -xE 'uid=12345\(u12345\) gid=12345\(u12345\)( groups=12345\(u12345\))?'
}

fires_debian() {
    fires "$1" debian
    tail -n +2 "$BATS_TEST_TMPDIR/fired" | sort | diff - <(inside "$1" debian pm2 pid app | sort)
}

fires_musl() {
    fires "$1" musl
}

# Neither daemon of cron's handles SIGTERM, and what does not end the engine kills: status 137.
end() {
    inside "$1" debian pm2 kill
    [ ! -e "$rclone_volume/$1/.pm2/rpc.sock" ]
    LIMIT=60 engine "$1" stop "$1-debian" "$1-musl"
    [ "$(engine "$1" inspect --format '{{.State.ExitCode}}' "$1-debian")" != 137 ]
    [ "$(engine "$1" inspect --format '{{.State.ExitCode}}' "$1-musl")" != 137 ]
}
