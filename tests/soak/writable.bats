# The views' fuzzer (tests/writable/differential) for SOAK_SECONDS on each filesystem, from seeds at random, which are
# printed: one process at a time, and six at once on one view.

DURATION=${SOAK_SECONDS:-30}

setup() {
    cd "$BATS_TEST_DIRNAME/../.."
    . tests/writable/common.bash
    . tests/soak/soak.bash
}

teardown() {
    umount /srv
}

# differ FILESYSTEM SEEDS: so many at once, glibc's and musl's program in turn.
differ() {
    local first end program=operations count=0
    # Six at once multiply a seed by 100.
    first=$(($(od -An -N 4 -t u4 /dev/urandom) / 128))
    mount_srv "$1"
    PRELOAD= run timeout 100 tests/writable/differential "$PROBES/operations" 1 1 20 /srv/tmp
    [ "$status" -eq 1 ] # bare it differs
    say "seeds from $first on"
    end=$((SECONDS + DURATION))
    while [ $SECONDS -lt $end ]; do
        timeout 600 tests/writable/differential "$PROBES/$program" $((first + count)) "$2" 400 /srv/tmp
        count=$((count + $2))
        program=$([ $program = operations ] && echo operations-musl || echo operations)
    done
    say "$count seeds agree"
}

@test "a view on tmpfs" { differ tmpfs 20; }
@test "a view on overlay" { differ overlay 20; }
@test "a view on ext4" { differ ext4 10; }
@test "six at once in a view on tmpfs" { PROCESSES=6 differ tmpfs 4; }
@test "six at once in a view on ext4" { PROCESSES=6 differ ext4 2; }
