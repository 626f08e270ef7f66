# The main scenario in Podman, as root and as an ordinary user.

setup_file() {
    load podman
    export VOLUME_UID=12345
    start_podman
    mount_volumes
    build_images root
    build_images rootless
    run_daemons root
    run_daemons rootless
}

teardown_file() {
    load podman
    stop_podman
    unmount_volumes
}

setup() {
    load podman
}

@test "bare, nothing works: root, Debian" { bare_debian root; }
@test "bare, nothing works: root, musl" { bare_musl root; }
@test "bare, nothing works: rootless, Debian" { bare_debian rootless; }
@test "bare, nothing works: rootless, musl" { bare_musl rootless; }

@test "PM2 on a volume: root" { pm2_lives root; }
@test "PM2 on a volume: rootless" { pm2_lives rootless; }
@test "sockets on a volume: root, musl" { sockets_musl root; }
@test "sockets on a volume: rootless, musl" { sockets_musl rootless; }

@test "a name and a crontab: root, Debian" { named_debian root; }
@test "a name and a crontab: root, musl" { named_musl root; }
@test "a name and a crontab: rootless, Debian" { named_debian rootless; }
@test "a name and a crontab: rootless, musl" { named_musl rootless; }

@test "a job fires, and PM2 answers it: root, Debian" { fires_debian root; }
@test "a job fires: root, musl" { fires_musl root; }
@test "a job fires, and PM2 answers it: rootless, Debian" { fires_debian rootless; }
@test "a job fires: rootless, musl" { fires_musl rootless; }

# Debian 12's Podman, 4.3. Where root has written the spec, an ordinary user's reads it.
by_flag() {
    mkdir -p /run/cdi
    "$QLSHIM" cdi >/run/cdi/qlshim.json
    run engine "$1" run --rm --network none --user 12345:12345 base whoami
    [ "$status" -ne 0 ]
    run engine "$1" run --rm --network none --user 12345:12345 --device qlshim.org/shim=all base whoami
    [ "$output" = u12345 ] || fail "$output"
}

@test "a flag, by CDI: root" { by_flag root; }
@test "a flag, by CDI: rootless" { by_flag rootless; }

@test "they end: root" { end root; }
@test "they end: rootless" { end rootless; }
