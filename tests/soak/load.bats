# 200 clients on 50 redirected sockets in 8 processes, whose servers are killed and restarted at
# random (tests/soak/load.c): nobody is told anything wrong, nothing crashes, hangs or leaks.

DURATION=${SOAK_SECONDS:-120}

setup() {
    load soak
    LOAD_PROGRAMS=("$SOAK/load" "$SOAK/load-musl")
    rm -rf /tmp/.qlshim-*
}

teardown() {
    unmount_volume
}

@test "a load on rclone" {
    load_on rclone
}

@test "a load on a volume with links" {
    load_on faulty mknod=EPERM
}

@test "a load on a volume without links, whose bind leaves files" {
    load_on faulty debris=EIO symlink=EPERM
}
