# The engines of Debian's forky (Docker 28, Podman 5), for bats files that run under tests/isolated: they read
# CDI specs, which Debian 12's do not.
#
#     start_forky                a root of forky, in which this checkout's files are installed, and Docker there
#     forky COMMAND…             in that root; LIMIT seconds at most (60)
#     stop_forky
#
# The root comes by debootstrap and is kept in build/containers; what a run writes lies above it, on
# /mnt/disk. The engines pivot, and so must the root be one: a chroot is not enough.

. tests/containers/engine.bash

forky_packages=(ca-certificates docker.io docker-cli docker-compose podman crun runc catatonit iptables procps)
forky_root=build/containers/forky

make_forky_root() {
    local lock new=$forky_root.new
    mkdir -p build/containers
    exec {lock}>"$forky_root.lock"
    flock "$lock"
    if [ ! -e "$forky_root" ]; then
        rm -rf "$new"
        timeout 900 debootstrap --variant=minbase --include="$(IFS=, && echo "${forky_packages[*]}")" \
            forky "$new" http://deb.debian.org/debian /usr/share/debootstrap/scripts/sid >/tmp/debootstrap.log 2>&1 ||
            fail "debootstrap of forky: $(tail -n 5 /tmp/debootstrap.log)"
        rm -rf "$new"/var/lib/apt/lists/* "$new"/var/cache/apt/* "$new"/usr/share/{doc,man,locale}/*
        mv "$new" "$forky_root"
    fi
    exec {lock}>&-
}

# The process whose mount namespace it is; its root is the new one, with /mnt/disk/shared as /shared.
start_forky() {
    local root=/mnt/disk/forky
    make_forky_root
    mkdir -p $root /mnt/disk/{upper,work,docker,podman,shared}
    mount -t overlay -o "lowerdir=$PWD/$forky_root,upperdir=/mnt/disk/upper,workdir=/mnt/disk/work" overlay $root
    env -u MAKEFLAGS -u MAKELEVEL make --no-print-directory install "DESTDIR=$root" >/dev/null
    mktemp -u qlshim-tests-XXXXXX >/tmp/control-group
    unshare --mount --propagation private bash -c '
        set -e
        cd /mnt/disk/forky
        mkdir -p shared var/lib/docker var/lib/containers old
        mount --bind . .
        cd /mnt/disk/forky
        for folder in proc dev; do mount --rbind /$folder $folder; done
        mount --rbind /sys sys
        mount -t tmpfs tmpfs run
        mount -t tmpfs -o mode=1777 tmpfs tmp
        mount --bind /mnt/disk/docker var/lib/docker
        mount --bind /mnt/disk/podman var/lib/containers
        mount --bind /mnt/disk/shared shared
        pivot_root . old
        umount -l /old
        : >/run/ready
        exec sleep infinity' >/tmp/forky.log 2>&1 3>&- &
    echo $! >/tmp/forky.pid
    eventually forky test -e /run/ready || fail "$(cat /tmp/forky.log)"
    # Limits higher than the machine's, as Podman would set, take a capability that root may lack.
    forky tee /etc/containers/containers.conf >/dev/null <<'END'
[containers]
default_ulimits = ["nofile=1024:1024", "nproc=500:500"]
[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "file"
END
    LIMIT=3600 forky dockerd --cgroup-parent "/$(cat /tmp/control-group)" --bridge=none --iptables=false \
        --ip6tables=false --ip-forward=false --log-level warn >/tmp/forky-docker.log 2>&1 &
    WAIT=60 eventually forky docker version || fail "$(tail -n 20 /tmp/forky-docker.log)"
}

forky() {
    timeout -k 2 "${LIMIT:-60}" nsenter --target "$(cat /tmp/forky.pid)" --mount --root --wdns=/ \
        env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root DOCKER_BUILDKIT=0 PODMAN_IGNORE_CGROUPSV1_WARNING=1 "$@" 3>&-
}

stop_forky() {
    forky sh -c 'docker ps --all --quiet | xargs --no-run-if-empty docker rm --force >/dev/null' || true
    forky podman rm --all --force --time 0 >/dev/null || true
    forky sh -c 'kill $(cat /run/docker.pid)' || true
    WAIT=20 eventually forky sh -c '! test -e /run/docker.pid' || true
    kill "$(cat /tmp/forky.pid)"
    find /sys/fs/cgroup -depth -type d -path "*/$(cat /tmp/control-group)*" -exec rmdir {} + || true
}
