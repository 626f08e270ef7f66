# The same random calls bare on tmpfs and shimmed on each volume give the same results (tests/differential):
# a minute's worth, the same seeds at every run. More, at random, is `make soak`'s.

setup() {
    load ../differential/differential
    SHOWN_DIFFERENCES=2
    rm -rf /tmp/.qlshim-*
}

teardown() {
    [ -z "${VOLUME_KIND:-}" ] || unmount_volume
}

# same_on VOLUME [SEEDS]: seeds that no other volume has; without the shim they differ.
same_on() {
    local program first status=0
    first=$(cksum <<<"$1" | cut -d ' ' -f 1)
    ! SHOWN_DIFFERENCES=0 compare "$1" glibc "$first" 8 >/dev/null || fail "nothing differs without the shim"
    for program in glibc musl; do
        compare_shimmed "$1" $program $((first += 1000)) "${2:-15}" || status=1
    done
    return $status
}

@test "on tmpfs, where there is nothing to redirect" {
    compare_shimmed tmpfs glibc 1000 200
    compare_shimmed tmpfs musl 2000 200
}

@test "on tmpfs, where QLSHIM_SOCKETS=always redirects all" {
    # Where nothing can be redirected to, it is seen.
    ! SHOWN_DIFFERENCES=0 compare tmpfs glibc 3000 8 LD_PRELOAD="$LIBRARY" QLSHIM_SOCKETS=always \
        QLSHIM_TMPDIR=/proc >/dev/null || fail "nothing differs without a private folder"
    local status=0
    compare_shimmed always glibc 4000 400 || status=1
    compare_shimmed always musl 5000 400 || status=1
    return $status
}

@test "a difference is made small" {
    SHOWN_DIFFERENCES=5
    run compare "faulty mknod=EPERM" glibc 1 20
    [ "$status" -eq 1 ]
    [[ $output == *", in "*" ways"* ]]
    # A folder to bind in, a socket, and the bind that fails, are enough.
    local small='^seed [0-9]+, of its calls( [0-9]+){2,3} \('
    grep -qE "$small" <<<"$output"
    grep -A 5 -E "$small" <<<"$output" | grep -qE '^  > [0-9]+ bind s[0-9]+ .* = EPERM$'
}

@test "fat" { same_on fat; }
@test "rclone" { same_on rclone; }
@test "mknod EPERM" { same_on "faulty mknod=EPERM"; }
@test "mknod EACCES, no links" { same_on "faulty mknod=EACCES symlink=EACCES link=EACCES"; }
@test "mknod EIO with debris" { same_on "faulty debris=EIO"; }
@test "mknod EIO with debris, no links" { same_on "faulty debris=EIO symlink=EIO link=EIO"; }
@test "chmod EINVAL" { same_on "faulty chmod=EINVAL"; }
@test "stat ENOTSUP at once, no links" { same_on "faulty stat=ENOTSUP symlink=EPERM link=EPERM"; }
@test "stat ENOTSUP after a good bind" { same_on "faulty stat-later=ENOTSUP"; }
@test "a socket shown as a regular file, no links" { same_on "faulty regular symlink=EPERM link=EPERM"; }
@test "connect fails after a good bind" { same_on "faulty connect"; }
@test "unlink ENOTSUP" { same_on "faulty unlink=ENOTSUP"; }
