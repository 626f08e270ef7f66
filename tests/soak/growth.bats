# A process that goes on for long does not grow, nor does the private folder (tests/soak/growth.c).

SOCKETS=${SOAK_SOCKETS:-100000}
LOOKS=${SOAK_LOOKS:-1000000}

setup() {
    load soak
    rm -rf /tmp/.qlshim-*
    mount_volume faulty mknod=EPERM
    fresh_folder
}

teardown() {
    unmount_volume
}

@test "redirected sockets under ever new names" {
    grow sockets "$SOCKETS" growth growth-musl
}

@test "looks at a marker" {
    grow stats "$LOOKS" growth
}
