# Podman, for bats files that run under tests/isolated: as root, and as an ordinary user.
#
#     start_podman, stop_podman
#     configure_podman            where /run and the ordinary user are there already
#     engine root|rootless …      podman's command line
#
# Everything that it writes lies on /mnt/disk, or in /run, which is empty here.

. tests/containers/engine.bash
. tests/containers/ordinary.bash
. tests/containers/scenario.bash

start_podman() {
    mount -t tmpfs tmpfs /run
    mktemp -u qlshim-tests-XXXXXX >/run/control-group
    configure_podman
    make_ordinary_user
}

configure_podman() {
    command -v podman >/dev/null || fail "there is no Podman: tests/install engines brings it"
    # Limits higher than the machine's, as Podman would set, take a capability that root may lack.
    cat >/run/containers.conf <<'END'
[containers]
default_ulimits = ["nofile=1024:1024", "nproc=500:500"]
[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "file"
END
}

# Without --passwd=false Podman would write a line for the user into /etc/passwd.
engine() {
    local kind=$1 command=$2 options=()
    shift 2
    [ "$command" != run ] || options+=(--passwd=false)
    case $kind-$command in
    root-run | root-build) options+=(--cgroup-parent "/$(cat /run/control-group)") ;;
    esac
    "podman_$kind" "$command" "${options[@]}" "$@"
}

# Without DOCKER_CONFIG: Podman would look for its passwords there.
podman_root() {
    env -u DOCKER_CONFIG CONTAINERS_CONF=/run/containers.conf timeout -k 2 "${LIMIT:-30}" \
        podman --storage-driver overlay --root /mnt/disk/podman --runroot /run/podman "$@" 3>&-
}

podman_rootless() {
    as_ordinary_user CONTAINERS_CONF=/run/containers.conf timeout -k 2 "${LIMIT:-30}" podman \
        --storage-driver overlay "$@" 3>&-
}

stop_podman() {
    LIMIT=60 podman_root rm --all --force --time 0
    LIMIT=60 podman_rootless rm --all --force --time 0
    find /sys/fs/cgroup -depth -type d -path "*/$(cat /run/control-group)*" -exec rmdir {} +
}
