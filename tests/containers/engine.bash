# A Docker engine of the tests' own, for bats files that run under tests/isolated.
#
#     start_engine                          starts it; stop_engine ends it
#     docker …                              the client, for LIMIT seconds at most (30)
#     make_base_archive, import_base        the image `base`: Debian with its own node
#     build_image NAME FOLDER               an image from a folder and a Dockerfile on standard input
#     start_container NAME [OPTION…]        a shimmed container on the VOLUME, with nothing to do
#     remove_containers                     every container of this engine
#
# Everything that the engine writes lies on /mnt/disk, or in /run and /etc/docker, which are empty
# here, so that it neither sees nor leaves anything of the machine's own engine.

. tests/programs/common.bash

USER_IDS=12345:12345
export VOLUME_UID=${USER_IDS%:*}
export DOCKER_HOST=unix:///run/docker.sock
export DOCKER_CONFIG=/run/docker-client
# The builder that a plain engine has; the other is a package of its own.
export DOCKER_BUILDKIT=0

# Debian's client, which fits the engine; another may come before it in PATH.
docker() {
    timeout -k 2 "${LIMIT:-30}" /usr/bin/docker "$@" 3>&-
}

start_engine() {
    if [ ! -x /usr/sbin/dockerd ] || [ ! -x /usr/bin/docker ]; then
        fail "there is no Docker engine: tests/install brings Debian's docker.io"
    fi
    mkdir -p /etc/docker /mnt/disk/docker
    mount -t tmpfs tmpfs /etc/docker
    mount -t tmpfs tmpfs /run
    # Control groups are the machine's, whatever the namespace: one of our own, to take away again.
    mktemp -u qlshim-tests-XXXXXX >/run/control-group
    # No network is set up: the machine's own stays as it is.
    /usr/sbin/dockerd --host "$DOCKER_HOST" --data-root /mnt/disk/docker \
        --cgroup-parent "/$(cat /run/control-group)" \
        --bridge=none --iptables=false --ip6tables=false --ip-forward=false --log-level warn \
        >/run/engine.log 2>&1 3>&- &
    echo $! >/run/engine.pid
    eventually docker version || {
        tail -n 20 /run/engine.log
        fail "the Docker engine does not run on this machine: its log is above"
    } >&2
}

# Where it never started, there is nothing to stop.
stop_engine() {
    local engine
    docker version >/dev/null 2>&1 || return 0
    engine=$(cat /run/engine.pid)
    remove_containers
    kill "$engine"
    eventually engine_is_gone "$engine"
    find /sys/fs/cgroup -depth -type d -path "*/$(cat /run/control-group)*" -exec rmdir {} +
}

engine_is_gone() {
    ! kill -0 "$1" || false
}

# The base image's packages; PM2 needs the ps of procps, without which it restarts everything twice.
# The file is named after them, so that another choice makes another file.
base_packages=(nodejs procps python3-minimal cron)
base_archive=build/containers/$(IFS=- && echo "${base_packages[*]}").tar

# Downloads and unpacks the base once (a minute); later runs, and files that run beside this one, find
# it in build/containers.
make_base_archive() {
    local root=/mnt/disk/base lock
    mkdir -p build/containers
    exec {lock}>build/containers/lock
    flock "$lock"
    [ -e "$base_archive" ] || download_base "$root"
    exec {lock}>&-
}

download_base() {
    local root=$1
    timeout 400 debootstrap --variant=minbase --include="$(IFS=, && echo "${base_packages[*]}")" \
        bookworm "$root" >/tmp/debootstrap.log 2>&1 || {
        tail -n 20 /tmp/debootstrap.log
        fail "debootstrap could not make the base image: its log is above"
    } >&2
    rm -rf "$root"/var/lib/apt/lists/* "$root"/var/cache/apt/* "$root"/usr/share/{doc,man,locale}/*
    tar -C "$root" -cf "$base_archive.new" .
    mv "$base_archive.new" "$base_archive"
    rm -rf "$root"
}

import_base() {
    LIMIT=120 docker import "$base_archive" base >/dev/null
}

build_image() {
    LIMIT=120 docker build --quiet --network none --tag "$1" --file - "$2" >/dev/null
}

# The shell, unlike sleep itself, takes notice of processes that end: no zombie is left.
start_container() {
    docker run --detach --name "$1" --network none --user "$USER_IDS" \
        --volume "$VOLUME:/ql/data" --env PM2_HOME=/ql/data/.pm2 "${@:2}" shimmed \
        sh -c 'sleep infinity & wait' >/dev/null
}

remove_containers() {
    docker ps --all --quiet |
        xargs --no-run-if-empty timeout 60 /usr/bin/docker rm --force --volumes >/dev/null
}
