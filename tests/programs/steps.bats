# Every step of a server and a client on a socket path (tests/probes/steps.c), as glibc and as musl
# has it, on each volume: without the shim it goes otherwise than on a disk, with it the same.

setup_file() {
    load common
    mount_volume disk
    nameless "$PROBES/steps" "$VOLUME" >"$BATS_FILE_TMPDIR/truth"
    unmount_volume
}

setup() {
    load common
    rm -rf /tmp/.qlshim-*
}

teardown() {
    unmount_volume
}

run_steps() {
    fresh_folder steps
    nameless "$@" "$FOLDER" >"$BATS_TEST_TMPDIR/steps" 2>"$BATS_TEST_TMPDIR/errors" || true
    cat "$BATS_TEST_TMPDIR/errors"
}

# What is in the private folder beside the nameless user's home and the trial's number.
sockets_and_records() {
    ls -A /tmp/.qlshim-23456 | grep -vxE 'home|trial'
}

same_as_on_a_disk() {
    [ "$(wc -l <"$BATS_FILE_TMPDIR/truth")" -gt 200 ]
    diff "$BATS_FILE_TMPDIR/truth" "$BATS_TEST_TMPDIR/steps"
}

# The probe on a volume: wrong bare, right with the shim, and silent.
mended() {
    mount_volume "$@"
    run_steps "$PROBES/steps"
    ! same_as_on_a_disk >/dev/null || fail "nothing fails on this volume without the shim"
    local program
    for program in steps steps-musl; do
        run run_steps LD_PRELOAD="$LIBRARY" "$PROBES/$program"
        [ "$output" = "" ]
        same_as_on_a_disk
    done
    # A volume that cannot unlink keeps one trial file, others none.
    [ "$(find "$VOLUME" -name '.qlshim*' 2>/dev/null | wc -l)" -le "${trial_files:-0}" ]
}

@test "on a disk nothing changes" {
    mount_volume disk
    for program in steps steps-musl; do
        run_steps LD_PRELOAD="$LIBRARY" "$PROBES/$program"
        same_as_on_a_disk
        [ -z "$(sockets_and_records)" ]
    done
}

@test "QLSHIM_SOCKETS=always redirects on a disk too, and everything holds" {
    mount_volume disk
    run_steps LD_PRELOAD="$LIBRARY" QLSHIM_SOCKETS=always "$PROBES/steps"
    same_as_on_a_disk
    [ -n "$(sockets_and_records)" ]
}

@test "QLSHIM_SOCKETS=off and QLSHIM_DISABLE=1 leave everything as it is" {
    mount_volume faulty mknod=EPERM
    run_steps "$PROBES/steps"
    mv "$BATS_TEST_TMPDIR/steps" "$BATS_TEST_TMPDIR/bare"
    for setting in QLSHIM_SOCKETS=off QLSHIM_DISABLE=1; do
        run_steps LD_PRELOAD="$LIBRARY" $setting "$PROBES/steps"
        diff "$BATS_TEST_TMPDIR/bare" "$BATS_TEST_TMPDIR/steps"
    done
    [ -z "$(sockets_and_records)" ]
}

# The driver knows each name by itself, as 9p without a cache and ntfs-3g do: link(2) succeeds, and a server's second
# name is another file to the kernel.
@test "a FUSE volume that takes sockets is left alone, but for hard links that lead to nobody" {
    mended faulty
    [[ "$(sockets_and_records)" == verdict-* ]]
    [ "$(sockets_and_records | wc -l)" -eq 1 ]
}

@test "no hard links" { mended faulty link=EPERM; }
@test "no links at all" { mended faulty link=EPERM symlink=EPERM; }
@test "fat" { mended fat; }
@test "rclone" { mended rclone; }
@test "mknod EPERM" { mended faulty mknod=EPERM; }
@test "mknod EPERM, link EBADF, as where the host follows a marker" { mended faulty mknod=EPERM link=EBADF; }
@test "mknod EPERM, link ENOENT" { mended faulty mknod=EPERM link=ENOENT; }
@test "mknod EPERM, link EXDEV" { mended faulty mknod=EPERM link=EXDEV; }
@test "mknod EPERM, no links" { mended faulty mknod=EPERM symlink=EPERM link=EPERM; }
@test "mknod ENOTSUP" { mended faulty mknod=ENOTSUP; }
@test "mknod ENOTSUP, no links" { mended faulty mknod=ENOTSUP symlink=ENOTSUP link=ENOTSUP; }
@test "mknod EINVAL" { mended faulty mknod=EINVAL; }
@test "mknod EINVAL, no links" { mended faulty mknod=EINVAL symlink=EINVAL link=EINVAL; }
@test "mknod ENOSYS" { mended faulty mknod=ENOSYS; }
@test "mknod ENOSYS, no links" { mended faulty mknod=ENOSYS symlink=ENOSYS link=ENOSYS; }
@test "mknod EACCES" { mended faulty mknod=EACCES; }
@test "mknod EACCES, no links" { mended faulty mknod=EACCES symlink=EACCES link=EACCES; }
@test "mknod EIO with debris" { mended faulty debris=EIO; }
@test "mknod EIO with debris, no links" { mended faulty debris=EIO symlink=EIO link=EIO; }
@test "chmod EINVAL" { mended faulty chmod=EINVAL; }
@test "chmod EINVAL, no links" { mended faulty chmod=EINVAL symlink=EPERM link=EPERM; }
@test "stat ENOTSUP at once" { trial_files=1 mended faulty stat=ENOTSUP; }
@test "stat ENOTSUP at once, no links" { trial_files=1 mended faulty stat=ENOTSUP symlink=EPERM link=EPERM; }
@test "stat ENOTSUP after a good bind" { trial_files=1 mended faulty stat-later=ENOTSUP; }
@test "stat ENOTSUP after a good bind, no links" { trial_files=1 mended faulty stat-later=ENOTSUP symlink=EPERM link=EPERM; }
@test "a socket shown as a regular file" { mended faulty regular; }
@test "a socket shown as a regular file, no links" { mended faulty regular symlink=EPERM link=EPERM; }
@test "connect fails after a good bind" { mended faulty connect; }
@test "connect fails after a good bind, no links" { mended faulty connect symlink=EPERM link=EPERM; }
@test "sockets and links belong to root, as where a server makes files for the owner of their folder" { mended faulty owner; }
@test "sockets belong to root, no links" { mended faulty owner symlink=EPERM link=EPERM; }
@test "unlink ENOTSUP" { trial_files=1 mended faulty unlink=ENOTSUP; }
@test "unlink ENOTSUP, no links" { trial_files=1 mended faulty unlink=ENOTSUP symlink=EPERM link=EPERM; }
