# Unmodified programs in real containers: an image made as a user would make it, a user without a
# name, HOME=/, and the data on a volume that refuses sockets.

setup_file() {
    load engine
    load images
    make_base_archive
    start_engine
    import_base

    local context=$BATS_FILE_TMPDIR/context
    debian_context "$context"
    build_image shimmed "$context" <"$context/Dockerfile"
}

teardown_file() {
    load engine
    stop_engine
}

setup() {
    load engine
}

teardown() {
    remove_containers
    unmount_volume
}

# --- PM2 -----------------------------------------------------------------------------------------

pm2() {
    docker exec live pm2 "$@"
}

# Without the shim PM2 binds its sockets over and over and its client waits for ever. What it leaves
# behind stays on the volume: who finds the shim has tried without it.
pm2_hangs_bare() {
    cp "$BATS_TEST_DIRNAME/app.js" "$BATS_TEST_DIRNAME/ask.js" "$VOLUME"
    start_container bare --env LD_PRELOAD= "$@"
    LIMIT=10 run docker exec bare pm2 start /ql/data/app.js
    [ "$status" = 124 ]
    [[ $output == *"Spawning PM2 daemon"* ]]
    [[ $output != *"Successfully daemonized"* ]]
    docker rm --force bare
}

online() {
    [ "$(pm2 list | grep -c online)" = "$1" ]
}

# Every process of an app, and nothing else, answers on its port.
serves() {
    local processes
    processes=$(pm2 pid "$1" | sort)
    [ -n "$processes" ]
    [ "$(docker exec live node /ql/data/ask.js "$2")" = "$processes" ]
}

# A PM2 command that puts new processes in the place of an app's.
renews() {
    local before after
    before=$(pm2 pid "$2")
    pm2 "$1" "$2"
    after=$(pm2 pid "$2")
    [ "$(wc -w <<<"$before")" = "$(wc -w <<<"$after")" ]
    [ -z "$(comm -12 <(sort <<<"$before") <(sort <<<"$after"))" ]
    eventually serves "$2" "$3"
}

# PM2's life in one container, its sockets in the private folder that is named first.
pm2_lives() {
    start_container live "${@:2}"
    docker exec --env PORT=8080 live pm2 start /ql/data/app.js --name one
    [ "$(docker exec live find "$1" -type s | wc -l)" = 2 ]
    online 1
    eventually serves one 8080
    renews restart one 8080
    renews reload one 8080

    docker exec --env PORT=8081 live pm2 start /ql/data/app.js --name two --instances 2
    online 3
    eventually serves two 8081
    renews reload two 8081
    pm2 logs --nostream one >"$BATS_TEST_TMPDIR/logs"
    grep "process $(pm2 pid one) starts" "$BATS_TEST_TMPDIR/logs"

    pm2 save
    docker exec live sh -c 'kill -9 $(cat /ql/data/.pm2/pm2.pid)'
    eventually nothing_runs
    pm2 resurrect
    online 3
    eventually serves one 8080
    eventually serves two 8081
    pm2 kill
    eventually nothing_runs
    [ ! -e "$VOLUME/.pm2/rpc.sock" ]
}

# Neither the daemon nor an app. 1: pgrep looked and found nothing.
nothing_runs() {
    local status=0
    docker exec live pgrep -f 'PM2|node' || status=$?
    [ $status = 1 ]
}

@test "PM2's life" {
    mount_volume rclone
    pm2_hangs_bare
    pm2_lives /tmp/.qlshim-12345
}

@test "PM2's life, read-only, without capabilities and new privileges" {
    local strict=(--read-only --tmpfs /tmp --cap-drop ALL --security-opt no-new-privileges)
    mount_volume rclone
    pm2_hangs_bare "${strict[@]}"
    pm2_lives /tmp/.qlshim-12345 "${strict[@]}"
}

@test "PM2's life where /tmp is read-only too: its sockets are in /dev/shm" {
    mount_volume rclone
    pm2_hangs_bare --read-only
    pm2_lives /dev/shm/.qlshim-12345 --read-only
    run docker exec live touch /tmp/file
    [[ $output == *"Read-only file system"* ]]
}

# --- two containers on one volume ----------------------------------------------------------------

# A server that says its name to every client, and such a client.
SERVE='const [path, name] = process.argv.slice(1)
    require("net").createServer(client => client.end(name)).listen(path)'
CONNECT='require("net").connect(process.argv[1]).pipe(process.stdout)'

serve() {
    docker exec "${@:3}" "$1" node -e "$SERVE" "/ql/data/$2" "$1"
}

connect() {
    docker exec "${@:3}" "$1" node -e "$CONNECT" "/ql/data/$2"
}

hears() {
    [ "$(connect "$1" "$2")" = "$3" ]
}

# Only one of them can reach the server: to the other the socket is a stale one, until it is gone.
two_containers() {
    start_container one
    start_container two
    run serve one bare.sock --env LD_PRELOAD=
    [ "$status" = 1 ]
    [[ $output == *"Error: listen "* ]]

    serve one x.sock --detach
    eventually hears one x.sock one
    docker exec two find /ql/data/x.sock -type s | grep .
    refused_in_two
    run serve two x.sock
    [ "$status" = 1 ]
    [[ $output == *"listen EADDRINUSE"* ]]
}

refused_in_two() {
    run connect two x.sock
    [ "$status" = 1 ]
    [[ $output == *"connect ECONNREFUSED /ql/data/x.sock"* ]]
}

the_other_takes_over() {
    docker rm --force one
    refused_in_two
    docker exec two rm /ql/data/x.sock
    serve two x.sock --detach
    eventually hears two x.sock two
}

@test "two containers on one volume" {
    mount_volume rclone
    two_containers
    the_other_takes_over
}

@test "two containers on a volume with symbolic links, and a program without the shim" {
    mount_volume faulty mknod=EPERM
    two_containers
    [ "$(connect one x.sock --env LD_PRELOAD=)" = one ]
    run connect two x.sock --env LD_PRELOAD=
    [ "$status" = 1 ]
    [[ $output == *"connect ENOENT"* ]]
    the_other_takes_over
    [ "$(connect two x.sock --env LD_PRELOAD=)" = two ]
}

# --- an image with nothing in it -----------------------------------------------------------------

# The steps of tests/probes/steps.c, in a fresh folder of the volume.
run_steps() {
    local folder=$VOLUME/$1
    mkdir -m 777 "$folder"
    docker run --rm --network none --user "$USER_IDS" --tmpfs /tmp --volume "$folder:/ql/data" \
        "${@:2}" steps /steps-musl /ql/data >"$BATS_TEST_TMPDIR/$1" 2>"$BATS_TEST_TMPDIR/errors"
}

@test "an image of musl's loader, one program and the library" {
    local context=$BATS_TEST_TMPDIR/context loader
    loader=/lib/ld-musl-$(uname -m).so.1
    mkdir "$context"
    cp "$loader" "$LIBRARY" build/tests/steps-musl "$context"
    build_image steps "$context" <<END
FROM scratch
COPY $(basename "$loader") /lib/
COPY steps-musl /
COPY libqlshim.so /usr/lib/
ENV LD_PRELOAD=libqlshim.so
END
    mount_volume disk
    run_steps truth --env LD_PRELOAD=
    unmount_volume
    [ "$(wc -l <"$BATS_TEST_TMPDIR/truth")" -gt 200 ]

    mount_volume faulty mknod=EPERM
    run_steps bare --env LD_PRELOAD=
    ! diff "$BATS_TEST_TMPDIR/truth" "$BATS_TEST_TMPDIR/bare" ||
        fail "nothing fails on this volume without the shim"
    run_steps shimmed
    diff "$BATS_TEST_TMPDIR/truth" "$BATS_TEST_TMPDIR/shimmed"
    [ ! -s "$BATS_TEST_TMPDIR/errors" ]
}
