# Every block of docs/recipes.md is run as it stands, and again with LD_PRELOAD misspelt: then it fails.

setup_file() {
    load recipes
    export VOLUME_UID=12345
    make_base_archive
    start_engine
    configure_podman
    make_ordinary_user
    import_images
    docker save plain | podman load
    mount_volume rclone
    export VOLUME VOLUME_PID VOLUME_KIND
}

teardown_file() {
    load recipes
    stop_systemd
    remove_podmans
    stop_engine
    unmount_volume
}

setup() {
    load recipes
}

# hangs COMMAND…: PM2's log, which the command prints, does not get beyond the start of the daemon.
hangs() {
    eventually starts "$@" || { "$@"; false; }
    sleep 5
    ! starts_programs "$@" || false
}

starts() {
    "$@" 2>&1 | grep -E 'Launching in no daemon mode|Spawning PM2 daemon'
}

starts_programs() {
    "$@" 2>&1 | grep -E '\[app:0\] online|Successfully daemonized'
}

# answers TEXT COMMAND…: the panel does, to a client that the command starts.
answers() {
    [ "$("${@:2}" node -e 'require("http").get({port: 8080}, answer => answer.pipe(process.stdout))')" = "$1" ]
}

@test "a Debian image" {
    prepare debian
    cp -a /mnt/disk/images/node/app "$FOLDER"
    recipe debian | misspelt >"$FOLDER/Dockerfile"
    cook debian-run
    hangs docker logs panel
    run docker exec panel whoami
    [[ $output == *"cannot find name for user ID 12345"* ]]
    docker rm --force panel

    recipe debian >"$FOLDER/Dockerfile"
    cook debian-run
    eventually answers "u12345 writable" docker exec panel
    cook debian-look | grep online
    [ "$(docker exec panel whoami)" = u12345 ]
    docker rm --force panel
}

@test "an Alpine image" {
    prepare alpine
    echo '* * * * * id >/data/fired' >"$FOLDER/crontab"
    recipe alpine | misspelt >"$FOLDER/Dockerfile"
    cook alpine-run
    eventually ended jobs
    docker logs jobs 2>&1 | grep "must be suid to work properly"
    docker rm jobs

    recipe alpine >"$FOLDER/Dockerfile"
    cook alpine-run
    eventually lists_jobs
}

ended() {
    [ "$(docker inspect --format '{{.State.Status}}' "$1")" = exited ]
}

lists_jobs() {
    cook alpine-look | diff "$FOLDER/crontab" -
}

@test "Qinglong" {
    prepare qinglong
    recipe qinglong | misspelt >"$FOLDER/Dockerfile"
    cook qinglong-run
    hangs docker logs qinglong
    docker rm --force qinglong

    recipe qinglong >"$FOLDER/Dockerfile"
    cook qinglong-run
    eventually answers "u12345 ENOENT" docker exec qinglong
    docker exec qinglong pm2 list | grep online
    docker exec qinglong crontab -l | diff "$VOLUME/qinglong/config/crontab.list" -
    docker exec qinglong test -d /ql/.tmp
}

unchanged() {
    sed 's/--name qinglong/--name unchanged/'
}

not_writable() {
    unchanged | sed 's/QLSHIM_WRITABLE/NOT_WRITABLE/'
}

@test "Qinglong, its image unchanged" {
    prepare qinglong-unchanged
    cook qinglong-unchanged not_writable
    eventually logs unchanged "mkdir: cannot create directory '/ql/.tmp': Permission denied"
    docker rm --force unchanged
    cook qinglong-unchanged unchanged
    eventually answers "u12345 ENOENT" docker exec unchanged
    docker exec unchanged test -d /ql/.tmp
    docker exec unchanged sh -c 'echo >/ql/new; stat --format "%U %n" /ql/new' | grep -x 'u12345 /ql/new'
    ! docker exec --user 34567 --env LD_PRELOAD= unchanged test -e /ql/new || false
    docker exec unchanged sh -c 'crontab -l' | diff "$VOLUME/qinglong-unchanged/config/crontab.list" -
    docker rm --force unchanged
}

mounted() {
    sed 's/--name qinglong/--name mounted/'
}

# The recipe without its tmpfs.
one_mount() {
    mounted | sed 's/ --tmpfs [^ ]*//'
}

open_to_all() {
    mounted | sed 's/uid=12345,gid=12345/mode=1777/'
}

@test "Qinglong, its image unchanged, by two mounts; each is needed, and the tmpfs is to be the user's" {
    prepare qinglong-mounts
    cook qinglong-preload
    [ "$(stat -c %u "$FOLDER/preload/README")" = 12345 ]
    cook qinglong-mounts one_mount
    eventually logs mounted "mkdir: cannot create directory '/ql/.tmp': Permission denied"
    docker rm --force mounted

    cook qinglong-mounts open_to_all
    eventually logs mounted "chown: changing ownership of '/ql/.tmp': Operation not permitted"
    docker rm --force mounted

    rm -rf "$VOLUME/qinglong-mounts/.pm2"
    cook qinglong-mounts mounted
    eventually answers "u12345 ENOENT" docker exec mounted
    docker restart --time 1 mounted
    eventually answers "u12345 ENOENT" docker exec mounted
    docker exec mounted test -w /ql/.tmp
    docker exec mounted sh -c 'crontab -l' | diff "$VOLUME/qinglong-mounts/config/crontab.list" -
    # Half a panel.
    ! docker exec mounted rm -rf /ql/shell || false
    docker exec mounted test -e /ql/shell/task.sh
    docker rm --force mounted
}

logs() {
    docker logs "$1" 2>&1 | grep -F "$2"
}

# Debian's packages as they are on this machine: the engine has no network.
import_nginx() {
    local folder=/mnt/disk/images/nginx
    mkdir -p "$folder"
    {
        dpkg -L nginx-common nginx | grep -E '^/(etc/|usr/(sbin|lib/nginx|share/nginx)|var/lib)'
        find /etc/nginx/sites-enabled
        ldd /usr/sbin/nginx | awk '$3 ~ "^/" { print $3 }' | xargs -n 1 sh -c 'echo "$0"; realpath "$0"'
    } >"$folder/list"
    tar -C / --absolute-names --no-recursion --verbatim-files-from --files-from "$folder/list" -cf "$folder/nginx.tar"
    build_image nginx "$folder" <<'END'
FROM node:20-bookworm-slim
COPY nginx.tar /
RUN tar -C / --skip-old-files -xf /nginx.tar && mkdir -p /var/www/html /var/log/nginx && \
    chown www-data:adm /var/log/nginx && echo page >/var/www/html/index.html
END
}

in_a_folder() {
    sed 's/--name qinglong/--name folder/'
}

in_no_folder() {
    in_a_folder | sed 's/QL_DIR/NO_DIR/'
}

@test "Qinglong, its image unchanged, in a folder of links, with a root that nobody may write" {
    prepare qinglong-folder
    cook qinglong-folder in_no_folder
    eventually logs folder "mkdir: cannot create directory '/ql/.tmp': Read-only file system"
    docker rm --force folder
    cook qinglong-folder in_a_folder
    eventually answers "u12345 ENOENT" docker exec folder
    docker exec folder test -w /tmp/ql/.tmp
    docker exec folder sh -c 'crontab -l' | diff "$VOLUME/qinglong-folder/config/crontab.list" -
    [ "$(cat "$VOLUME/qinglong-folder/config/crontab.list")" = "* * * * * bash /tmp/ql/shell/task.sh" ]
    docker restart --time 1 folder
    eventually answers "u12345 ENOENT" docker exec folder
    docker rm --force folder
}

@test "nginx" {
    import_nginx
    prepare nginx
    cook nginx not_writable
    eventually logs nginx "couldn't open temporary file /etc/nginx/sites-"
    docker rm --force nginx
    cook nginx
    eventually answers page docker exec nginx
    cook nginx-reload
    answers page docker exec nginx
    docker exec nginx grep -q '8080 default' /etc/nginx/sites-enabled/default
    docker rm --force nginx
}

@test "Docker, without building an image" {
    prepare mount
    docker tag plain panel
    cook mount misspelt
    hangs docker logs panel
    docker rm --force panel
    cook mount
    eventually answers "u12345 ENOENT" docker exec panel
    docker rm --force panel
}

@test "Docker compose" {
    prepare compose
    docker tag plain panel
    recipe compose | misspelt >"$FOLDER/compose.yaml"
    run cook compose-run
    [ "$status" -ne 0 ]
    [[ $output == *"cannot find name for user ID 12345"* ]]
    hangs in_folder docker compose logs
    in_folder docker compose down

    recipe compose >"$FOLDER/compose.yaml"
    [ "$(cook compose-run 2>/dev/null)" = u12345 ]
    eventually answers "u12345 ENOENT" in_folder docker compose exec -T panel
    echo '0 0 * * * true' | in_folder docker compose exec -T panel crontab -
    [ "$(in_folder docker compose exec -T panel crontab -l)" = '0 0 * * * true' ]
    [ -s "$VOLUME/compose/cron/spool/crontabs/u12345" ]
    in_folder docker compose down
}

# The client in a /tmp of its own finds nobody; where both share a folder, it finds the server.
@test "two containers, one socket" {
    prepare shared
    docker tag plain panel
    cook shared-run misspelt
    eventually ended server
    docker logs server 2>&1 | grep 'listen EIO'
    docker rm server
    rm "$FOLDER/data/server.sock" # which the failed bind left

    docker volume rm sockets
    cook shared-run unshared
    eventually test -s "$FOLDER/data/server.sock"
    run cook shared-look unshared
    [[ $output == *"connect ECONNREFUSED /data/server.sock"* ]]
    docker rm --force server

    rm "$FOLDER/data/server.sock"
    docker volume rm sockets
    cook shared-run
    eventually cook shared-look
    [ "$(cook shared-look)" = hello ]
    docker rm --force server
    docker volume rm sockets
}

unshared() {
    sed 's/QLSHIM_TMPDIR/NO_FOLDER/'
}

in_folder() {
    (cd "$FOLDER" && "$@")
}

@test "Podman" {
    prepare podman
    podman tag plain panel
    cook podman misspelt
    hangs podman logs panel
    podman rm --force --time 0 panel
    cook podman
    eventually answers "u12345 ENOENT" podman exec panel
    [ "$(podman exec panel whoami)" = u12345 ]
    podman rm --force --time 0 panel
}

# Without it the user's name is its number, and its home the root folder.
@test "Podman without --passwd=false" {
    podman run --rm plain true
    run podman run --rm --user 12345:12345 plain sh -c 'whoami; echo "$HOME"; test -w "$HOME"'
    echo "$output"
    [ "$status" = 1 ]
    [ "$output" = $'12345\n/app' ]
}

@test "Kubernetes" {
    local panel=panel-pod-0-panel
    prepare kubernetes
    recipe carrier >"$FOLDER/Dockerfile"
    cook carrier-build
    docker save registry.example.com/qlshim:1 | podman load
    podman tag plain registry.example.com/panel:1

    recipe kubernetes | misspelt | play_kubernetes bare
    hangs podman logs "$panel"
    remove_kubernetes bare

    recipe kubernetes | play_kubernetes shimmed
    eventually answers "1000680000 ENOENT" podman exec "$panel"
    run podman exec "$panel" touch /app/file
    [[ $output == *"Read-only file system"* ]]
    echo '0 0 * * * true' | podman exec --interactive "$panel" crontab -
    [ "$(podman exec "$panel" crontab -l)" = '0 0 * * * true' ]
    [ -s "$VOLUME/kubernetes/cron/spool/crontabs/1000680000" ]
    remove_kubernetes shimmed
}

# --- without root --------------------------------------------------------------------------------

@test "rootless Podman: whose the data is" {
    FOLDER=$ORDINARY_HOME/panel
    as_ordinary_user mkdir -p "$FOLDER/data"
    cook rootless-podman
    [ "$(stat --format %u "$FOLDER/data")" = "$ORDINARY_USER_IDS" ]
}

@test "rootless Docker: whose the data is" {
    local engine
    FOLDER=$ORDINARY_HOME/docker
    as_ordinary_user mkdir -p "$FOLDER/data"
    start_rootless overlay overlay2
    tar -C /mnt/disk/images/alpine -c . | engine overlay import - panel
    DOCKER_HOST=unix://$ORDINARY_RUNTIME/overlay/docker.sock cook rootless-docker
    [ "$(stat --format %u "$FOLDER/data")" = "$ORDINARY_USER_IDS" ]
    engine=$(cat "$ORDINARY_RUNTIME/overlay/pid")
    kill "$engine"
    eventually engine_is_gone "$engine"
}

@test "systemd --user" {
    local unit=$ORDINARY_HOME/.config/systemd/user/panel.service
    mkdir -p /tmp/local/{upper,work} "$VOLUME/systemd" "$ORDINARY_HOME"/{nas,panel,.config/systemd/user}
    mount -t overlay -o lowerdir=/usr/local,upperdir=/tmp/local/upper,workdir=/tmp/local/work overlay /usr/local
    install -D -m 644 "$LIBRARY" /usr/local/lib/libqlshim.so
    install "$QLSHIM" /usr/local/bin
    ln -s /mnt/source/build/npm/node_modules/.bin/pm2{,-runtime} /usr/local/bin
    cp "$BATS_TEST_DIRNAME/panel.js" "$ORDINARY_HOME/panel/app.js"
    chmod 777 "$VOLUME/systemd"
    mount --bind "$VOLUME/systemd" "$ORDINARY_HOME/nas"
    chown -R "$ORDINARY_UID" "$ORDINARY_HOME"/{panel,.config}
    FOLDER=$ORDINARY_HOME
    recipe systemd | misspelt >"$unit"
    start_systemd
    cook systemd-run
    sleep 5
    [ "$(systemctl --user is-active panel)" = active ]
    [ -e "$ORDINARY_HOME/nas/.pm2/pids" ]
    ! answers "ordinary ENOENT" || false
    systemctl --user stop panel

    recipe systemd >"$unit"
    systemd-analyze verify "$unit"
    cook systemd-run
    eventually answers "ordinary ENOENT"
    as_ordinary_user bash -c "$(recipe systemd-look)" | grep online
    systemctl --user stop panel
}

# --- the end -------------------------------------------------------------------------------------

@test "the jobs of Alpine and Qinglong have fired" {
    local tries=70
    until [ -s "$VOLUME/alpine/fired" ] && [ -s "$VOLUME/qinglong/fired" ]; do
        sleep 1
        [ $((tries -= 1)) -gt 0 ] || { docker logs jobs; docker logs qinglong; fail "no job has run"; }
    done
    grep -xF 'uid=12345(u12345) gid=0(root) groups=0(root)' "$VOLUME/qinglong/fired"
    grep -E '^uid=12345\(u12345\) gid=0\(root\)' "$VOLUME/alpine/fired"
}

@test "no block of the page is left out, and none is without a name" {
    # Those of CDI are cdi.bats's, of the image to copy from tests/packaging/dist.bats's.
    sed -n 's/^```.* recipe=//p' "$RECIPES" | grep -v '^\(cdi\|copy\)-' | sort | diff - <(sort -u "$BATS_FILE_TMPDIR/used")
    [ "$(grep -c '^```$' "$RECIPES")" = "$(grep -c '^```.* recipe=' "$RECIPES")" ]
}
