# Folders of the image that belong to another, in real containers: the panel's image, with all its entrypoint
# does, and nginx as Debian has it. Image, entrypoint and command are unchanged; what is given is `docker run`'s
# --user, LD_PRELOAD and QLSHIM_WRITABLE, and what they write for good goes to a volume.

setup_file() {
    load engine
    load panels
    export VOLUME_UID=12345
    make_base_archive
    start_engine
    import_base
    build_panels "$BATS_FILE_TMPDIR/panel"
    mkdir -m 777 /mnt/disk/volumes
    install -D -m 755 -t /mnt/disk/qlshim "$LIBRARY" build/libqlshim-writable.so
}

teardown_file() {
    load engine
    stop_engine
}

setup() {
    load engine
    load panels
}

# A panel's life, but for its last minute: what a job says after a restart is looked at in the last test.
panel_lives() {
    local before
    run_panel "$@" --env QLSHIM_WRITABLE=/ql
    is_up "$1"
    before=$(entries "$1")
    LIMIT=60 docker exec "$1" ql update
    is_up "$1"
    [ "$(docker exec "$1" cat /ql/shell/version)" = new ]
    [ "$(docker exec "$1" sh -c 'stat --format %U /ql /ql/shell /ql/shell/version; cd /ql/shell; pwd -P')" = $'u12345\nu12345\nu12345\n/ql/shell' ]
    diff <(echo "$before") <(entries "$1")
    LIMIT=60 docker restart --time 1 "$1" >/dev/null
    is_up "$1"
    [ "$(docker exec "$1" cat /ql/shell/version)" = "${VERSION:-new}" ]
    docker exec "$1" rm -f /ql/data/fired
}

@test "the panel's image, unchanged, plain, on a disk; bare it ends at once" {
    panel_volume plain disk
    refused "$VOLUME" panel --env LD_PRELOAD=
    refused "$VOLUME" panel
    panel_lives plain "$VOLUME" panel
}

STRICT=(--read-only --tmpfs /tmp --cap-drop ALL --security-opt no-new-privileges)

@test "the panel's image, unchanged: read-only, no capabilities, no new privileges; on rclone" {
    panel_volume strict rclone
    refused "$VOLUME" panel "${STRICT[@]}"
    # A restart empties Docker's --tmpfs, and the layer is there: see the test with a volume for it.
    VERSION=old panel_lives strict "$VOLUME" panel "${STRICT[@]}"
}

@test "the panel's other image, unchanged: uid 5432's, its own scheduler; on ENOTSUP" {
    panel_volume other faulty mknod=ENOTSUP
    refused "$VOLUME" panel-5432
    panel_lives other "$VOLUME" panel-5432
}

@test "the same: read-only, no capabilities, no new privileges; on a disk" {
    panel_volume other-strict disk
    refused "$VOLUME" panel-5432 "${STRICT[@]}"
    VERSION=old panel_lives other-strict "$VOLUME" panel-5432 "${STRICT[@]}"
}

@test "what is written is kept on a volume, across containers" {
    local upper=/mnt/disk/upper
    panel_volume kept disk
    mkdir -m 1777 "$upper"
    run_panel first "$VOLUME" panel --env QLSHIM_WRITABLE=/ql --env QLSHIM_UPPER=/upper/ql --volume "$upper:/upper"
    is_up first
    LIMIT=60 docker exec first ql update
    docker exec first sh -c 'echo mine >/ql/mine; rm /ql/shell/preload/README'
    LIMIT=60 docker rm --force first

    # Without the volume the next one knows nothing of it; with it, it goes on.
    run_panel second "$VOLUME" panel --env QLSHIM_WRITABLE=/ql
    is_up second
    [ "$(docker exec second sh -c 'cat /ql/shell/version; ls /ql/mine' 2>/dev/null)" = old ]
    LIMIT=60 docker rm --force second
    run_panel kept "$VOLUME" panel --env QLSHIM_WRITABLE=/ql --env QLSHIM_UPPER=/upper/ql --volume "$upper:/upper"
    is_up kept
    [ "$(docker exec kept cat /ql/shell/version /ql/mine)" = $'new\nmine' ]
    ! docker exec kept ls /ql/shell/preload/README || false
    docker exec kept rm -f /ql/data/fired
}

# --- nginx ---------------------------------------------------------------------------------------

# Debian's packages as they are on this machine, since the engine has no network, and what their scripts make.
build_nginx() {
    mkdir "$1"
    dpkg -L nginx-common "$(dpkg -S /usr/sbin/nginx | cut -d: -f1)" | grep -E '^/(etc|usr/(s?bin|lib|share/nginx))/|^/var' >"$1/list"
    ldd /usr/sbin/nginx | awk '$3 ~ "^/" { print $3 }' | xargs realpath >>"$1/list"
    ldd /usr/sbin/nginx | awk '$3 ~ "^/" { print $3 }' >>"$1/list"
    find /etc/nginx/sites-enabled >>"$1/list"
    tar -C / --no-recursion --verbatim-files-from --files-from "$1/list" -cf "$1/nginx.tar" --absolute-names
    cat >"$1/entrypoint.sh" <<'ENTRYPOINT'
#!/bin/sh
# As nginx's own images do: each step where it can write.
set -e
for folder in /etc/nginx/conf.d /var/lib/nginx /var/log/nginx /run; do
    [ -w $folder ] || { echo "$folder is not writable"; exit 1; }
done
sed -i 's/listen 80 /listen 8081 /; s/listen \[::\]:80/#&/' /etc/nginx/sites-available/default
echo "server_tokens off;" >/etc/nginx/conf.d/tokens.conf
exec "$@"
ENTRYPOINT
    chmod 755 "$1/entrypoint.sh"
    build_image nginx "$1" <<'DOCKERFILE'
FROM base
COPY nginx.tar entrypoint.sh /
RUN tar -C / --skip-old-files -xf /nginx.tar && mkdir -p /var/www/html /var/log/nginx /var/lib/nginx && \
    touch /var/log/nginx/access.log /var/log/nginx/error.log && chmod 640 /var/log/nginx/*.log && \
    chown www-data:adm /var/log/nginx /var/log/nginx/*.log && echo page >/var/www/html/index.html
ENTRYPOINT ["/entrypoint.sh"]
CMD ["nginx", "-g", "daemon off;"]
DOCKERFILE
}

run_nginx() {
    docker run --detach --name "$1" --network none --user 12345:12345 --volume /mnt/disk/qlshim:/qlshim:ro \
        --env LD_PRELOAD=/qlshim/libqlshim.so "${@:2}" nginx >/dev/null
}

serves() {
    docker exec "$1" node -e 'require("http").get({port: process.argv[1]}, answer => answer.pipe(process.stdout))' "$2" |
        grep -x page
}

# nginx_lives NAME [OPTION…]: start, a changed configuration, reload, quit.
nginx_lives() {
    run_nginx "$@" --env QLSHIM_WRITABLE=/run:/var/lib/nginx:/var/log/nginx:/etc/nginx
    eventually serves "$1" 8081 || { docker logs "$1"; false; }
    docker exec "$1" sh -c 'sed -i s/8081/8082/ /etc/nginx/sites-available/default && nginx -s reload'
    eventually serves "$1" 8082 || { docker logs "$1"; false; }
    docker exec "$1" sh -c 'cat /run/nginx.pid; tail -n 1 /var/log/nginx/access.log' >"$BATS_TEST_TMPDIR/seen"
    diff <(head -n 1 "$BATS_TEST_TMPDIR/seen") <(echo 1)
    tail -n 1 "$BATS_TEST_TMPDIR/seen" | grep -F '"GET / HTTP/1.1" 200'
    # It may be killed with the container, which ends with the master.
    docker exec "$1" nginx -s quit || [ $? -eq 137 ]
    eventually ended "$1"
    [ "$(docker inspect --format '{{.State.ExitCode}}' "$1")" = 0 ]
    ! docker logs "$1" 2>&1 | grep -iE 'qlshim|denied|/upper/|emerg' || false
    docker rm "$1"
}

@test "nginx as Debian has it: [ -w ], sed -i of its configuration, reload, quit" {
    build_nginx "$BATS_TEST_TMPDIR/nginx"
    run_nginx bare
    eventually ended bare
    docker logs bare | grep -x '/etc/nginx/conf.d is not writable'
    [ "$(docker inspect --format '{{.State.ExitCode}}' bare)" = 1 ]
    docker rm bare
    nginx_lives plain-nginx
    nginx_lives strict-nginx "${STRICT[@]}"
}

# --- the end -------------------------------------------------------------------------------------

@test "each panel's job fires, with the new version's scripts" {
    local name tries=80 said
    for name in plain strict other other-strict kept; do
        VOLUME=$(cat "/mnt/disk/volumes/$name")
        until [ -s "$VOLUME/fired" ]; do
            sleep 1
            [ $((tries -= 1)) -gt 0 ] || { docker logs "$name"; fail "$name: no job has run"; }
        done
        said=$(sed 's/ groups=.*//' "$VOLUME/fired")
        echo "$name: $said"
        [ "$said" = $'uid=12345(u12345) gid=12345(u12345)\nenv.sh env.py True\n'"$(docker exec "$name" cat /ql/shell/version)" ]
        # Another user of the container sees the image as it was.
        [ "$(docker exec --user 0 --env LD_PRELOAD= "$name" cat /ql/shell/version)" = old ]
        docker exec --user 0 --env LD_PRELOAD= "$name" sh -c '! ls -d /ql/.tmp /ql/shell/preload/env.sh'
    done
    LIMIT=60 remove_containers
    for name in plain strict other other-strict kept; do umount -f "$(cat "/mnt/disk/volumes/$name")"; done
}
