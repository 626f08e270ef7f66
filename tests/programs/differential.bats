# The same random calls bare on tmpfs and shimmed on each volume give the same results (tests/differential):
# a minute's worth, most of it the same seeds at every run. More, at random, is `make soak`'s.

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
    compare_shimmed tmpfs glibc 1000 100
    compare_shimmed tmpfs musl 2000 100
    compare_shimmed tmpfs glibc 29303039 1
}

# What was once found, and some at random: a difference is printed with its seed.
@test "on tmpfs, where QLSHIM_SOCKETS=always redirects all" {
    # Where nothing can be redirected to, it is seen.
    ! SHOWN_DIFFERENCES=0 compare always glibc 3000 8 LD_PRELOAD="$LIBRARY" QLSHIM_SOCKETS=always \
        QLSHIM_TMPDIR=/proc >/dev/null || fail "nothing differs without a private folder"
    local found=6,10,13,17,19,27,40,44,53,59,76,88,91,98,103,120,126,129,131,135,161,170,178,197,207,232,238,280,298
    found+=,311,334,344,366,369,394,396,416,437,463,506,509,539,546,547,551,608,613,623,665,797,807,864,940,976,979
    found+=,1094,1198,1223,1327,1328,1403,1421,1432,4007,4049,4063,4067,4157,100775,770000008,770000017,770000168,770000262,770001212,990161227,990224315,990318046,7270465
    local program status=0
    for program in glibc musl; do
        compare_shimmed always $program $found 1 || status=1
        compare_shimmed always $program "$(od -An -N 4 -t u4 /dev/urandom | tr -d ' ')" 150 || status=1
    done
    return $status
}

# The system call in the place of the shim's door, as if its mend were taken out.
@test "a door that does nothing is told" {
    local door
    for door in getsockname getpeername recvfrom recvmsg linkat fchmodat; do
        gcc -w -shared -fPIC -o "/tmp/no-$door.so" -xc - <<EOF
#include <sys/syscall.h>
long syscall(long number, ...);
long $door(long a, long b, long c, long d, long e, long f) { return syscall(SYS_$door, a, b, c, d, e, f); }
EOF
        ! SHOWN_DIFFERENCES=0 compare always glibc 4000 100 QLSHIM_SOCKETS=always \
            LD_PRELOAD="/tmp/no-$door.so:$LIBRARY" >/dev/null || fail "nothing differs without the door of $door"
    done
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
@test "a socket shown as a regular file, no links" {
    compare_shimmed "faulty regular symlink=EPERM link=EPERM" glibc 1674230960 1
    same_on "faulty regular symlink=EPERM link=EPERM"
}
@test "connect fails after a good bind" { same_on "faulty connect"; }
@test "unlink ENOTSUP" { same_on "faulty unlink=ENOTSUP"; }

# Sockets work there: only a second name is the shim's.
@test "link moves a socket" {
    local found=7300242,7300274,7310120,7310299,772246013,772245606 program status=0
    for program in glibc musl; do
        compare_shimmed faulty $program $found 1 || status=1
        compare_shimmed "faulty link=EPERM" $program $found 1 || status=1
    done
    same_on faulty && same_on "faulty link=EPERM" && same_on "faulty link=EPERM symlink=EPERM" && return $status
}
