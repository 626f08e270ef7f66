# A panel for jobs in a real container, as an image's author would set it up: crontab-ui, unmodified
# from npm, and Debian's cron daemon under PM2, as a user without a name, with all that they keep on a
# volume that refuses sockets. A job that is made through the panel is in the real crontab, and fires.

setup_file() {
    load engine
    load images
    make_base_archive
    start_engine
    import_base
    local context=$BATS_FILE_TMPDIR/context
    debian_context "$context"
    cp -a build/npm-panel/node_modules "$context/panel"
    echo 'COPY panel /opt/panel/node_modules' >>"$context/Dockerfile"
    build_image shimmed "$context" <"$context/Dockerfile"
}

teardown_file() {
    load engine
    stop_engine
}

setup() {
    load engine
    . tests/programs/panel.bash
    mount_volume rclone
    mkdir -m 777 "$VOLUME"/panel{,/logs}
    PANEL=/opt/panel/node_modules/crontab-ui/bin/crontab-ui.js
    panel_settings /ql/data/panel 8000
}

teardown() {
    remove_containers
    unmount_volume
}

start_panel_container() {
    CONTAINER=$1
    start_container "$1" "${PANEL_SETTINGS[@]/#/--env=}" --env QLSHIM_STATE=/ql/data/cron "${@:2}"
}

request() {
    docker exec "$CONTAINER" node -e '
        const [path, ...fields] = process.argv.slice(1);
        const form = new URLSearchParams(fields.map(field => field.split(/=(.*)/s, 2)));
        const options = fields.length > 0 ? { method: "POST", body: form } : {};
        fetch("http://127.0.0.1:8000/" + path, options).then(async answer => {
            console.log(await answer.text());
            process.exit(answer.ok ? 0 : 22);
        }, () => process.exit(7))' "$@"
}

# By a shell, since the engine's own start of a set-id crontab leaves the shim out.
crontab_now() {
    docker exec "$CONTAINER" sh -c 'crontab -l'
}

@test "bare, PM2 hangs, the panel cannot save the crontab, and cron does not start" {
    start_panel_container bare --env LD_PRELOAD=
    LIMIT=8 run docker exec bare pm2 start $PANEL
    [ "$status" = 124 ]
    docker exec --detach bare node $PANEL
    eventually request ""
    cannot_save
    run docker exec bare crontab -l
    [[ $output == *"your UID isn't in the passwd file"* ]]
    run docker exec bare cron -f
    [[ $output == *"can't open or create /var/run/crond.pid: Permission denied"* ]]
}

@test "a panel under PM2 makes a job that fires, and another container takes over" {
    start_panel_container live --read-only --tmpfs /tmp
    docker exec live pm2 start $PANEL --name panel
    docker exec live pm2 start /usr/sbin/cron --name cron --interpreter none -- -f
    eventually request ""
    [ "$(docker exec live pm2 list | grep -c online)" = 2 ]
    job_fires /ql/data/panel 12345
    docker exec live pm2 save
    LIMIT=60 docker rm --force live

    # Of the first, only the volume is left.
    start_panel_container second --read-only --tmpfs /tmp
    docker exec second pm2 resurrect
    eventually request ""
    job_is_saved /ql/data/panel/fired
    stop_job
}
