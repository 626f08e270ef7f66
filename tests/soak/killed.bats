# As tests/writable/killed.bats: kill -9 at every system call of an expansion, a copy and a rename in a view, on the
# filesystems that images and volumes are on, of glibc's programs and of musl's.

setup() {
    cd "$BATS_TEST_DIRNAME/../.."
    . tests/writable/common.bash
    . tests/writable/killed.bash
}

teardown() {
    umount /srv
}

@test "overlay: a file is copied" { make_ground overlay; file_is_copied; }
@test "overlay: a folder is renamed" { make_ground overlay; folder_is_renamed; }
@test "overlay, musl: a folder is renamed" { make_ground overlay; folder_is_renamed build/busybox/busybox; }
@test "ext4: a file is copied" { make_ground ext4; file_is_copied; }
@test "ext4: a folder is renamed" { make_ground ext4; folder_is_renamed; }
@test "ext4, musl: a file is copied" { make_ground ext4; file_is_copied build/busybox/busybox; }
@test "ext4, musl: a folder is renamed" { make_ground ext4; folder_is_renamed build/busybox/busybox; }
@test "tmpfs, musl: a file is copied" { make_ground tmpfs; file_is_copied build/busybox/busybox; }
@test "tmpfs, musl: a folder is renamed" { make_ground tmpfs; folder_is_renamed build/busybox/busybox; }
