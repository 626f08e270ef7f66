# The real programs of tests/writable, which there run in a view on an overlay, on the other filesystems.

setup() {
    cd "$BATS_TEST_DIRNAME/../.."
}

# on FILESYSTEM FILE: bats within bats, with what the outer one has exported taken away, and an empty /tmp.
on() {
    local unset=() name
    for name in $(compgen -e BATS_); do unset+=(-u "$name"); done
    FILESYSTEM=$1 unshare --mount --propagation private env "${unset[@]}" bash -c '
        mount -t tmpfs -o mode=1777 tmpfs /tmp && exec bats --tap "$1"' on "tests/writable/$2.bats"
}

@test "tmpfs: programs" { on tmpfs programs; }
@test "tmpfs: packages" { on tmpfs packages; }
@test "ext4: programs" { on ext4 programs; }
@test "ext4: packages" { on ext4 packages; }
