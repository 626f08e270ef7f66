# The panel's images and what is asked of a panel that runs, for files that have started an engine (engine.bash): /ql
# as upstream has it, with PM2, and its entrypoint's and `ql update`'s own steps.

# Upstream's Debian image: /ql is uid 5432's, and node's own scheduler; its other: root's, and cron.
build_panels() {
    mkdir -p "$1"
    cp -a build/npm/node_modules "$1"
    cp -a tests/containers/qinglong "$1/ql"
    mkdir "$1"/ql/{back,cli,sample,src}
    cp tests/containers/panel.js "$1/ql/static/build"
    build_image panel "$1" <<'DOCKERFILE'
FROM base
COPY node_modules /usr/lib/node_modules
COPY ql /ql
RUN ln -s ../lib/node_modules/pm2/bin/pm2 /usr/bin/pm2 && ln -s /ql/shell/update.sh /usr/local/bin/ql
WORKDIR /ql
ENTRYPOINT ["bash", "docker/docker-entrypoint.sh"]
DOCKERFILE
    build_image panel-5432 "$1" <<'DOCKERFILE'
FROM panel
RUN mkdir /home/qinglong && chown -R 5432:5432 /ql /home/qinglong
ENV HOME=/home/qinglong SCHEDULER=node
DOCKERFILE
    # The next version, as `ql update` fetches it.
    (cd "$1/ql" && echo new >shell/version && tar -cf /mnt/disk/new.tar back cli docker sample shell src)
}

# run_panel NAME VOLUME IMAGE [OPTION…]
run_panel() {
    docker run --detach --name "$1" --network none --user 12345:12345 --volume "$2:/ql/data" \
        --volume /mnt/disk/qlshim:/qlshim:ro --env LD_PRELOAD=/qlshim/libqlshim.so "${@:4}" "$3" >/dev/null
}

# A volume stays until the file ends, as the containers do.
panel_volume() {
    mount_volume "${@:2}"
    cp /mnt/disk/new.tar "$VOLUME"
    echo "$VOLUME" >"/mnt/disk/volumes/$1"
}

ended() {
    [ "$(docker inspect --format '{{.State.Status}}' "$1")" = exited ]
}

# Without QLSHIM_WRITABLE the entrypoint does not get beyond its first step.
refused() {
    run_panel refused "$@"
    eventually ended refused
    run docker logs refused
    echo "$output"
    [ "$(docker inspect --format '{{.State.ExitCode}}' refused)" = 1 ]
    [[ $output == *"mkdir: cannot create directory '/ql/.tmp': "* ]]
    [[ $output != *"[PM2]"* ]]
    docker rm refused
}

answers() {
    docker exec "$1" node -e 'require("http").get({port: 8080}, answer => answer.pipe(process.stdout))' |
        grep -x "u12345 ENOENT"
}

is_up() {
    WAIT=30 eventually answers "$1" || { docker logs "$1"; false; }
    docker exec "$1" pm2 list | grep online
    docker exec "$1" pm2 describe qinglong | grep -F ' /ql/static/build/app.js '
    ! docker logs "$1" 2>&1 | grep -iE 'qlshim:|denied|/upper/' || false
}

# Without what python leaves at a job's first run.
entries() {
    docker exec "$1" find /ql \( -path /ql/data -o -name __pycache__ \) -prune -o -printf '%P %y\n' | sort
}
