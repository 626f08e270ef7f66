# The doors in signal handlers, and beside children of vfork (tests/soak/hostile.c).

DURATION=${SOAK_SECONDS:-20}

setup() {
    load soak
}

teardown() {
    unmount_volume
}

@test "a thousand signals a second, whose handler binds, connects and looks" {
    mount_volume faulty mknod=EPERM
    at_bad_moments signals hostile hostile-musl
}

@test "the same without links" {
    mount_volume faulty debris=EIO symlink=EPERM
    at_bad_moments signals hostile hostile-musl
}

@test "children of vfork exec with a large environment while threads bind" {
    mount_volume faulty mknod=EPERM
    at_bad_moments vfork hostile hostile-musl
}
