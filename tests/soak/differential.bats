# The differential fuzzer on every volume, for SOAK_SECONDS each, from seeds at random, which are printed.

DURATION=${SOAK_SECONDS:-30}
SEEDS_AT_ONCE=100

setup() {
    load ../differential/differential
    load soak
    rm -rf /tmp/.qlshim-*
}

teardown() {
    [ -z "${VOLUME_KIND:-}" ] || unmount_volume
}

same_on() {
    local first program=glibc count=0 status=0 end=$((SECONDS + DURATION))
    first=$(od -An -N 4 -t u4 /dev/urandom | tr -d ' ')
    while [ $SECONDS -lt $end ]; do
        compare_shimmed "$1" $program $((first + count)) $SEEDS_AT_ONCE || status=1
        count=$((count + SEEDS_AT_ONCE))
        program=$([ $program = glibc ] && echo musl || echo glibc)
    done
    say "$count seeds from $first on"
    return $status
}

@test "differences on tmpfs" { same_on tmpfs; }
@test "differences with QLSHIM_SOCKETS=always" { same_on always; }
@test "differences on fat" { same_on fat; }
@test "differences on rclone" { same_on rclone; }
@test "differences with mknod EPERM" { same_on "faulty mknod=EPERM"; }
@test "differences with mknod ENOTSUP" { same_on "faulty mknod=ENOTSUP"; }
@test "differences with mknod EINVAL" { same_on "faulty mknod=EINVAL"; }
@test "differences with mknod ENOSYS" { same_on "faulty mknod=ENOSYS"; }
@test "differences with mknod EACCES" { same_on "faulty mknod=EACCES"; }
@test "differences with debris" { same_on "faulty debris=EIO"; }
@test "differences with chmod EINVAL" { same_on "faulty chmod=EINVAL"; }
@test "differences with stat ENOTSUP" { same_on "faulty stat=ENOTSUP"; }
@test "differences with stat ENOTSUP later" { same_on "faulty stat-later=ENOTSUP"; }
@test "differences with regular files" { same_on "faulty regular"; }
@test "differences with connect" { same_on "faulty connect"; }
@test "differences with unlink ENOTSUP" { same_on "faulty unlink=ENOTSUP"; }
@test "differences with mknod EPERM, no links" { same_on "faulty mknod=EPERM symlink=EPERM link=EPERM"; }
@test "differences with debris, no links" { same_on "faulty debris=EIO symlink=EIO link=EIO"; }
@test "differences with chmod EINVAL, no links" { same_on "faulty chmod=EINVAL symlink=EPERM link=EPERM"; }
@test "differences with stat ENOTSUP, no links" { same_on "faulty stat=ENOTSUP symlink=EPERM link=EPERM"; }
@test "differences with stat ENOTSUP later, no links" { same_on "faulty stat-later=ENOTSUP symlink=EPERM link=EPERM"; }
@test "differences with regular files, no links" { same_on "faulty regular symlink=EPERM link=EPERM"; }
@test "differences with connect, no links" { same_on "faulty connect symlink=EPERM link=EPERM"; }
@test "differences with unlink ENOTSUP, no links" { same_on "faulty unlink=ENOTSUP symlink=EPERM link=EPERM"; }
