# A panel for jobs in a real container, as an image's author would set it up: crontab-ui, unmodified
# from npm, and Debian's cron daemon under PM2, as a user without a name, with all that they keep on a
# volume that refuses sockets. A job that is made through the panel is in the real crontab, and fires.

setup_file() {
    load engine
    make_base_archive
    start_engine
    import_base
    local context=$BATS_FILE_TMPDIR/context
    mkdir -p "$context"
    cp "$LIBRARY" "$context"
    cp -a build/npm/node_modules "$context/pm2"
    cp -a build/npm-panel/node_modules "$context/panel"
    build_image shimmed "$context" <<'END'
FROM base
COPY pm2 /opt/pm2/node_modules
COPY panel /opt/panel/node_modules
RUN ln -s /opt/pm2/node_modules/pm2/bin/pm2 /usr/bin/pm2
COPY libqlshim.so /usr/lib/
ENV LD_PRELOAD=libqlshim.so
END
}

teardown_file() {
    load engine
    stop_engine
}

setup() {
    load engine
    mount_volume rclone
    mkdir -m 777 "$VOLUME"/panel{,/logs}
    PANEL=/opt/panel/node_modules/crontab-ui/bin/crontab-ui.js
}

teardown() {
    remove_containers
    unmount_volume
}

start_panel_container() {
    start_container "$1" --env CRON_DB_PATH=/ql/data/panel --env CRON_PATH=/ql/data/panel \
        --env HOST=127.0.0.1 --env PORT=8000 --env NO_COLOR=1 --env QLSHIM_STATE=/ql/data/cron "${@:2}"
}

# request CONTAINER PATH [BODY]: as the panel's own pages make them; an error's status is an error.
request() {
    docker exec "$1" node -e '
        const [path, body] = process.argv.slice(1);
        const options = body === undefined ? {} :
            { method: "POST", body, headers: { "Content-Type": "application/x-www-form-urlencoded" } };
        fetch("http://127.0.0.1:8000/" + path, options).then(async answer => {
            console.log(await answer.text());
            process.exit(answer.ok ? 0 : 22);
        }, () => process.exit(7))' "${@:2}"
}

create_job() {
    request "$1" save "_id=-1&name=job&schedule=*+*+*+*+*&logging=true&command=$2"
}

@test "bare, PM2 hangs, the panel cannot save the crontab, and cron does not start" {
    start_panel_container bare --env LD_PRELOAD=
    LIMIT=8 run docker exec bare pm2 start $PANEL
    [ "$status" = 124 ]
    docker exec --detach bare node $PANEL
    eventually request bare ""
    create_job bare id
    run request bare 'crontab?env_vars='
    [ "$status" -eq 22 ]
    run docker exec bare crontab -l
    [[ $output == *"your UID isn't in the passwd file"* ]]
    run docker exec bare cron -f
    [[ $output == *"can't open or create /var/run/crond.pid: Permission denied"* ]]
}

fires() {
    local tries=130
    until [ -s "$1" ]; do
        sleep 0.5
        [ $((tries -= 1)) -gt 0 ] || fail "no job has written $1"
    done
}

@test "a panel under PM2 makes a job that fires, and another container takes over" {
    start_panel_container live --read-only --tmpfs /tmp
    docker exec live pm2 start $PANEL --name panel
    docker exec live pm2 start /usr/sbin/cron --name cron --interpreter none -- -f
    eventually request live ""
    [ "$(docker exec live pm2 list | grep -c online)" = 2 ]

    create_job live 'id;+id+>/ql/data/panel/fired'
    request live 'crontab?env_vars=PANEL=yes'
    [[ $(request live "") == *"/ql/data/panel/fired"* ]]
    docker exec live sh -c 'crontab -l' | diff "$VOLUME/panel/crontab" -
    grep '^\* \* \* \* \* .*/ql/data/panel/fired' "$VOLUME/panel/crontab"
    fires "$VOLUME/panel/fired"
    [[ $(<"$VOLUME/panel/fired") == "uid=12345(u12345) gid=12345(u12345)"* ]]
    docker exec live pm2 save
    LIMIT=60 docker rm --force live

    # Of the first, only the volume is left.
    start_panel_container second --read-only --tmpfs /tmp
    docker exec second pm2 resurrect
    eventually request second ""
    [[ $(request second "") == *"/ql/data/panel/fired"* ]]
    docker exec second sh -c 'crontab -l' | diff "$VOLUME/panel/crontab" -
    # A job that the panel stops is in the crontab no more.
    request second stop "_id=$(basename -s .stdout.log "$VOLUME"/panel/logs/*.stdout.log)"
    request second 'crontab?env_vars='
    docker exec second sh -c 'crontab -l' >"$BATS_TEST_TMPDIR/crontab"
    run grep fired "$BATS_TEST_TMPDIR/crontab"
    [ "$status" -eq 1 ]
}
