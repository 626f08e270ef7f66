# The main scenario in rootless Docker: the engine is an ordinary user's, and what it keeps its
# containers in is an overlay of the kernel's, or fuse-overlayfs, so that /tmp is on FUSE too.

setup_file() {
    load rootless
    export VOLUME_UID=$ORDINARY_USER_IDS
    mount_volumes
    start_engines
    build_images overlay
    build_images fuse
    run_daemons overlay
    run_daemons fuse
}

teardown_file() {
    load rootless
    stop_engines
    unmount_volumes
}

setup() {
    load rootless
}

@test "the engine is rootless, and the storage is what it should be" {
    [[ $(engine overlay info --format '{{.SecurityOptions}}') == *rootless* ]]
    [ "$(engine overlay info --format '{{.Driver}}')" = overlay2 ]
    [ "$(engine fuse info --format '{{.Driver}}')" = fuse-overlayfs ]
    [ "$(inside overlay debian stat --file-system --format %T /tmp)" = overlayfs ]
    [ "$(inside fuse debian stat --file-system --format %T /tmp)" = fuseblk ]
}

@test "bare, nothing works: overlay, Debian" { bare_debian overlay; }
@test "bare, nothing works: overlay, musl" { bare_musl overlay; }
@test "bare, nothing works: FUSE, Debian" { bare_debian fuse; }
@test "bare, nothing works: FUSE, musl" { bare_musl fuse; }

@test "PM2 on a volume: overlay" { pm2_lives overlay; }
@test "PM2 on a volume: FUSE" { pm2_lives fuse; }
@test "sockets on a volume: overlay, musl" { sockets_musl overlay; }
@test "sockets on a volume: FUSE, musl" { sockets_musl fuse; }

@test "a name and a crontab: overlay, Debian" { named_debian overlay; }
@test "a name and a crontab: overlay, musl" { named_musl overlay; }
@test "a name and a crontab: FUSE, Debian" { named_debian fuse; }
@test "a name and a crontab: FUSE, musl" { named_musl fuse; }

@test "a job fires, and PM2 answers it: overlay, Debian" { fires_debian overlay; }
@test "a job fires: overlay, musl" { fires_musl overlay; }
@test "a job fires, and PM2 answers it: FUSE, Debian" { fires_debian fuse; }
@test "a job fires: FUSE, musl" { fires_musl fuse; }

@test "they end: overlay" { end overlay; }
@test "they end: FUSE" { end fuse; }
