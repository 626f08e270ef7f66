# The panel's image, unchanged, in every way that people start it: each comes up, is updated by `ql update`, and says
# nothing of the shim. tests/containers/writable.bats has `docker run` in full, with a minute of its life.

setup_file() {
    load ../containers/engine
    load ../containers/panels
    export VOLUME_UID=12345
    make_base_archive
    start_engine
    import_base
    build_panels "$BATS_FILE_TMPDIR/panel"
    mkdir -m 777 /mnt/disk/volumes
    # Both files beside each other, and the command.
    install -D -m 755 -t /mnt/disk/qlshim "$LIBRARY" build/libqlshim-writable.so build/qlshim
}

teardown_file() {
    load ../containers/engine
    stop_engine
}

setup() {
    load ../containers/engine
    load ../containers/panels
    panel_volume panel disk
}

teardown() {
    LIMIT=60 remove_containers
    umount "$VOLUME"
}

# create NAME [OPTION…] IMAGE [WORD…]: with the volumes, of the nameless user.
create() {
    docker run --detach --name "$1" --network none --user 12345:12345 --volume "$VOLUME:/ql/data" \
        --volume /mnt/disk/qlshim:/qlshim:ro "${@:2}" >/dev/null
}

is_updated() {
    is_up "$1"
    LIMIT=60 docker exec "$1" ql update
    is_up "$1"
    [ "$(docker exec "$1" cat /ql/shell/version)" = new ]
    [ "$(docker exec "$1" sh -c 'cd /ql/shell; pwd -P; stat -c %U:%d .; touch mine')" = "/ql/shell
u12345:$(docker exec --user 0 --env LD_PRELOAD= "$1" stat -c %d /ql/shell)" ]
    [ "$(docker exec --user 0 --env LD_PRELOAD= "$1" cat /ql/shell/version)" = old ]
}

@test "docker run --user with LD_PRELOAD and QLSHIM_WRITABLE alone; --init; after a restart and a kill" {
    refused "$VOLUME" panel
    create run --init --env LD_PRELOAD=/qlshim/libqlshim.so --env QLSHIM_WRITABLE=/ql panel
    is_updated run
    LIMIT=60 docker restart --time 1 run >/dev/null
    is_up run
    docker kill run >/dev/null
    docker start run >/dev/null
    is_up run
    [ "$(docker exec run cat /ql/shell/version)" = new ]
}

@test "docker exec of the entrypoint in a container that does nothing" {
    create idle --entrypoint sleep panel infinity
    run docker exec idle bash docker/docker-entrypoint.sh
    [ "$status" -eq 1 ]
    [[ $output == *"mkdir: cannot create directory '/ql/.tmp': "* ]]
    docker exec --detach --env LD_PRELOAD=/qlshim/libqlshim.so --env QLSHIM_WRITABLE=/ql idle bash docker/docker-entrypoint.sh
    # What is asked of it is asked as it was started.
    docker() {
        local words=("$@")
        [ "$1 $2" != "exec idle" ] || words=(exec --env LD_PRELOAD=/qlshim/libqlshim.so --env QLSHIM_WRITABLE=/ql "${@:2}")
        timeout -k 2 "${LIMIT:-30}" /usr/bin/docker "${words[@]}" 3>&-
    }
    is_updated idle
}

@test "qlshim exec --writable as the entrypoint; later by docker exec, and by what qlshim env says" {
    create command --entrypoint /qlshim/qlshim panel exec --writable /ql -- bash docker/docker-entrypoint.sh
    docker() {
        local words=("$@")
        [ "$1 $2" != "exec command" ] || words=(exec command /qlshim/qlshim exec --writable /ql -- "${@:3}")
        timeout -k 2 "${LIMIT:-30}" /usr/bin/docker "${words[@]}" 3>&-
    }
    is_updated command
    unset -f docker
    . tests/containers/engine.bash
    [ "$(docker exec command sh -c 'eval "$(/qlshim/qlshim env --writable /ql)"; cat /ql/shell/version; touch /ql/by; ls /ql/by')" = $'new\n/ql/by' ]
}

@test "an image made of it, with both files in /usr/lib and the bare name; the panel of uid 5432" {
    local context=$BATS_TEST_TMPDIR/context
    mkdir "$context"
    cp "$LIBRARY" build/libqlshim-writable.so "$context"
    build_image derived "$context" <<'DOCKERFILE'
FROM panel-5432
COPY libqlshim.so libqlshim-writable.so /usr/lib/
ENV LD_PRELOAD=libqlshim.so QLSHIM_WRITABLE=/ql
USER 12345:12345
DOCKERFILE
    docker run --detach --name derived --network none --volume "$VOLUME:/ql/data" derived >/dev/null
    is_updated derived
}

@test "compose: a service with user, environment, volumes and restart" {
    [ -x /usr/bin/docker-compose ] || skip "docker-compose is of tests/install's group engines"
    cat >"$BATS_TEST_TMPDIR/compose.yaml" <<YAML
services:
  panel:
    image: panel
    container_name: composed
    user: "12345:12345"
    network_mode: none
    restart: unless-stopped
    environment:
      LD_PRELOAD: /qlshim/libqlshim.so
      QLSHIM_WRITABLE: /ql
    volumes:
      - $VOLUME:/ql/data
      - /mnt/disk/qlshim:/qlshim:ro
YAML
    timeout 60 /usr/bin/docker-compose -f "$BATS_TEST_TMPDIR/compose.yaml" up --detach --no-build 3>&-
    is_updated composed
    timeout 60 /usr/bin/docker-compose -f "$BATS_TEST_TMPDIR/compose.yaml" restart --timeout 1 3>&-
    is_up composed
    timeout 60 /usr/bin/docker-compose -f "$BATS_TEST_TMPDIR/compose.yaml" down --timeout 1 3>&-
}
