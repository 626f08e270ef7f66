# qlshim explain's verdicts on what engines say of the flag that brings the shim in (qlshim cdi): Debian 12's, of which
# Docker reads no specs. tests/containers/cdi.bats has those that do.

setup() {
    load ../programs/common
    load ../programs/verdict
    . tests/containers/podman.bash
    . tests/containers/images.bash
}

@test "Docker that reads no CDI specs: the file itself is mounted; and a volume whose folder the host cannot make" {
    local explained said host
    start_engine
    mkdir /tmp/image
    tar -C /tmp/image -c --files-from /dev/null | docker import - empty >/dev/null
    said=$(docker run --rm --device qlshim.org/shim=all empty /any 2>&1) || true
    docker create --device /dev/null empty /any >/dev/null
    host=$(docker run --rm --volume /proc/none:/data empty /any 2>&1) || true
    stop_engine
    explain_said "qlshim.org/shim=all is not an absolute path" "$said"
    [[ $explained == *"with qlshim:  see what to do"*--volume* ]]
    explain_said "error while creating mount source path" "$host"
    [[ $explained == *"with qlshim:  out of its reach"*"on the host"* ]]
}

@test "Podman that finds no CDI spec: what explain says makes one; and a program that may not be executed" {
    local explained said status=0
    mount -t tmpfs tmpfs /run
    mktemp -u qlshim-tests-XXXXXX >/run/control-group
    configure_podman
    [ ! -d /etc/cdi ] || mount -t tmpfs tmpfs /etc/cdi
    musl_root /tmp/root
    in_podman() { engine root run --rm --network none --user 12345:12345 "$@" --rootfs /tmp/root whoami 2>&1; }
    said=$(in_podman --device qlshim.org/shim=all) || true
    explain_said "unresolvable CDI devices" "$said"
    # Into the other folder where specs lie: this machine's /etc is its own.
    [[ $explained == *"with qlshim:  see what to do"*'mkdir -p /etc/cdi && qlshim cdi >/etc/cdi/qlshim.json'* ]]
    mkdir /run/cdi
    "$QLSHIM" cdi --library "$LIBRARY" >/run/cdi/qlshim.json
    # Its own word for what cannot be executed.
    said=$(engine root run --rm --network none --rootfs /tmp/root /etc/passwd 2>&1) || true
    explain_said "OCI permission denied" "$said"
    [[ $explained == *"with qlshim:  out of its reach"* ]]
    run in_podman
    [[ $output == *"unknown uid"* ]] || fail "bare: $output"
    said=$(in_podman --device qlshim.org/shim=all) || status=$?
    podman_root rm --all --force --time 0
    find /sys/fs/cgroup -depth -type d -path "*/$(cat /run/control-group)*" -exec rmdir {} +
    [ "$said" = u12345 ] || fail "$status: $said"
}
