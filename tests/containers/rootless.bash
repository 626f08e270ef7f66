# Rootless Docker, for bats files that run under tests/isolated.
#
#     start_engines, stop_engines
#     engine overlay|fuse …       docker's command line, with either storage
#
# What the engines write lies in the ordinary user's home, on /mnt/disk, and in /run, which is empty here.

. tests/containers/engine.bash
. tests/containers/ordinary.bash
. tests/containers/scenario.bash

# One after the other: each copies the /etc and /run that it finds.
start_engines() {
    mkdir -p /etc/docker
    mount -t tmpfs tmpfs /etc/docker
    mount -t tmpfs tmpfs /run
    make_ordinary_user
    start_rootless overlay overlay2
    start_rootless fuse fuse-overlayfs
}

# start_rootless KIND DRIVER
start_rootless() {
    local home=$ORDINARY_HOME/$1 runtime=$ORDINARY_RUNTIME/$1 program
    for program in rootlesskit newuidmap fuse-overlayfs; do
        command -v $program >/dev/null || fail "there is no $program: tests/install engines brings it"
    done
    as_ordinary_user mkdir "$home" "$runtime"
    # No network is set up: the machine's own stays as it is.
    as_ordinary_user HOME="$home" XDG_RUNTIME_DIR="$runtime" DOCKERD_ROOTLESS_ROOTLESSKIT_NET=host \
        DOCKERD_ROOTLESS_ROOTLESSKIT_PORT_DRIVER=none \
        sh -c 'echo $$ >"$XDG_RUNTIME_DIR/pid" && exec sh "$@"' start \
        /usr/share/docker.io/contrib/dockerd-rootless.sh --storage-driver "$2" \
        --bridge=none --iptables=false --ip6tables=false --ip-forward=false --log-level warn \
        >"/run/engine-$1.log" 2>&1 3>&- &
    eventually engine "$1" version || {
        tail -n 20 "/run/engine-$1.log"
        fail "rootless Docker does not run on this machine: its log is above"
    } >&2
}

engine() {
    DOCKER_HOST=unix://$ORDINARY_RUNTIME/$1/docker.sock docker "${@:2}"
}

stop_engines() {
    local kind engine
    for kind in overlay fuse; do
        engine "$kind" version >/dev/null 2>&1 || continue
        DOCKER_HOST=unix://$ORDINARY_RUNTIME/$kind/docker.sock remove_containers
        engine=$(cat "$ORDINARY_RUNTIME/$kind/pid")
        kill "$engine"
        eventually engine_is_gone "$engine"
    done
}
