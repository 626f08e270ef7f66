# docs/recipes.md, as something to run. A recipe is a fenced block with a name, ```sh recipe=NAME.
#
#     recipe NAME                prints its text, and takes down that it was used
#     misspelt                   a filter: the same recipe without the shim
#     prepare NAME               a folder to cook it in, FOLDER, its data on the bad volume
#     cook NAME                  runs a shell recipe there
#
# docker, podman and systemctl in a shell recipe are the engines of the tests. They have no network, so each
# run gets `--network none`; what the recipes build FROM is imported under the names that they use.

. tests/containers/podman.bash
. tests/containers/rootless.bash

RECIPES=docs/recipes.md
export LIMIT=120

recipe() {
    echo "$1" >>"$BATS_FILE_TMPDIR/used"
    awk -v name="recipe=$1" '/^```$/ { on = 0 } on; $1 ~ /^```./ && $2 == name { on = 1 }' "$RECIPES" |
        grep . || fail "$RECIPES has no recipe $1"
}

misspelt() {
    sed 's/LD_PRELOAD/NOT_PRELOADED/'
}

prepare() {
    FOLDER=/mnt/disk/recipes/$1
    mkdir -p "$FOLDER/data"
    mkdir -m 777 "$VOLUME/$1"
    mount --bind "$VOLUME/$1" "$FOLDER/data"
    cp "$LIBRARY" build/libqlshim-writable.so "$FOLDER"
}

# cook NAME [FILTER]
cook() {
    local text
    text=$(recipe "$1" | "${2:-cat}")
    (cd "$FOLDER" && eval "set -e; $text")
}

docker() {
    local command=$1
    shift
    case $command in
    compose) compose "$@" ;;
    run) timeout "$LIMIT" /usr/bin/docker run --network none "$@" 3>&- ;;
    *) timeout "$LIMIT" /usr/bin/docker "$command" "$@" 3>&- ;;
    esac
}

# Debian's docker-compose is a program of its own.
compose() {
    printf 'services: {panel: {network_mode: none}}\n' >"$BATS_TEST_TMPDIR/network.yaml"
    timeout "$LIMIT" docker-compose --project-name recipes --file compose.yaml \
        --file "$BATS_TEST_TMPDIR/network.yaml" "$@" 3>&-
}

podman() {
    case $1 in
    run) podman_root run --cgroup-parent "/$(cat /run/control-group)" --network none "${@:2}" ;;
    unshare) (cd "$FOLDER" && podman_rootless "$@") ;;
    *) podman_root "$@" ;;
    esac
}

# --- the images that the recipes build from ------------------------------------------------------

import_images() {
    local folder=/mnt/disk/images
    mkdir -p "$folder/alpine" "$folder/node" "$folder/qinglong"
    docker import --change 'ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' \
        "$base_archive" node:20-bookworm-slim >/dev/null
    musl_root "$folder/alpine"
    tar -C "$folder/alpine" --owner 0 --group 0 -c . | docker import - alpine:3 >/dev/null

    cp -a build/npm "$folder/node/app"
    cp "$BATS_TEST_DIRNAME/panel.js" "$folder/node/app/app.js"
    build_image plain "$folder/node" <<'END'
FROM node:20-bookworm-slim
COPY app /app
WORKDIR /app
CMD ["node_modules/.bin/pm2-runtime", "app.js"]
END

    cp -a "$BATS_TEST_DIRNAME/qinglong" "$folder/qinglong/ql"
    cp "$BATS_TEST_DIRNAME/panel.js" "$folder/qinglong/ql/static/build"
    build_image whyour/qinglong:debian "$folder/qinglong" <<'END'
FROM plain
COPY ql /ql
RUN ln -s /app/node_modules/.bin/pm2 /usr/local/bin/pm2
WORKDIR /ql
ENTRYPOINT ["bash", "docker/docker-entrypoint.sh"]
END
}

# --- Kubernetes' file, for Podman ----------------------------------------------------------------

# Podman removes an init container that has ended before it knows that it has; one that may run again
# stays. Its emptyDir is a volume of its own that it makes where there is none, and would be root's:
# Kubernetes' everybody may write.
play_kubernetes() {
    local volume
    /usr/bin/python3 -c '
import sys, yaml
deployment = yaml.safe_load(sys.stdin)
assert (deployment["apiVersion"], deployment["kind"]) == ("apps/v1", "Deployment")
template = deployment["spec"]["template"]
assert template["metadata"]["labels"] == deployment["spec"]["selector"]["matchLabels"]
deployment["metadata"]["annotations"] = {"io.podman.annotations.init.container.type": "always"}
yaml.safe_dump(deployment, sys.stdout)' >"$FOLDER/$1.yaml"
    for volume in qlshim tmp; do
        podman volume create "$volume"
        chmod 1777 "$(podman volume inspect --format '{{.Mountpoint}}' "$volume")"
    done
    podman volume create --opt type=none --opt o=bind --opt device="$FOLDER/data" panel-data
    podman play kube --network none "$FOLDER/$1.yaml"
}

remove_kubernetes() {
    podman play kube --down "$FOLDER/$1.yaml"
    podman volume rm qlshim tmp panel-data
}

# The control groups of its pods have names of its own: of those, what is empty.
remove_podmans() {
    podman pod rm --all --force --time 0
    podman rm --all --force --time 0
    find /sys/fs/cgroup -depth -type d -path '*/libpod_parent*' -exec rmdir {} + 2>/dev/null || true
}

# --- systemd --user ------------------------------------------------------------------------------

# A systemd of the ordinary user's, in a control group that is the user's too, wherever the machine has
# systemd's: in version 2's hierarchy, in version 1's, or in both.
start_systemd() {
    local root group=/$(cat /run/control-group)-systemd
    mkdir -p /run/systemd/system
    (
        for root in /sys/fs/cgroup /sys/fs/cgroup/unified /sys/fs/cgroup/systemd; do
            [ -e "$root/cgroup.procs" ] || continue
            mkdir "$root$group"
            chown -R "$ORDINARY_UID:$ORDINARY_UID" "$root$group"
            echo "$BASHPID" >"$root$group/cgroup.procs"
        done
        exec >/run/systemd.log 2>&1 3>&-
        as_ordinary_user /lib/systemd/systemd --user
    ) &
    eventually as_ordinary_user systemctl --user list-units || { cat /run/systemd.log; false; }
}

stop_systemd() {
    as_ordinary_user systemctl --user exit || true
    eventually no_control_groups "*/$(cat /run/control-group)-systemd*"
}

no_control_groups() {
    find /sys/fs/cgroup -depth -type d -path "$1" -exec rmdir {} + 2>/dev/null
    ! find /sys/fs/cgroup -type d -path "$1" | grep . || false
}

systemctl() {
    as_ordinary_user systemctl "$@"
}
