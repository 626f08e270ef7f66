# What `make soak` does for a quarter of an hour, for some seconds: a load whose servers are killed, the
# doors at bad moments, growth.

setup() {
    load ../soak/soak
    rm -rf /tmp/.qlshim-*
}

teardown() {
    unmount_volume
}

@test "a short load" {
    DURATION=5
    LOAD_PROGRAMS=("$SOAK/load" "$SOAK/load-musl")
    load_on faulty debris=EIO symlink=EPERM
}

@test "signals whose handler uses the doors, and children of vfork" {
    DURATION=1
    mount_volume faulty mknod=EPERM
    at_bad_moments signals hostile-musl
    at_bad_moments vfork hostile
}

@test "35,000 sockets, one after another, and nothing grows" {
    mount_volume faulty mknod=EPERM
    fresh_folder
    grow sockets 35000 growth
}
