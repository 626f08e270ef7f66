# Random file operations in a view of a tree of root's, and in one's own copy of it, say the same
# (tests/writable/differential). make soak has more seeds.

setup() {
    cd "$BATS_TEST_DIRNAME/../.."
    . tests/writable/common.bash
}

differ() {
    mount_srv "$1"
    LIMIT=400 timeout 400 tests/writable/differential "$PROBES/$2" "$3" "$4" 400 /srv/tmp
    umount /srv
}

@test "without the shim it differs: the control" {
    mount_srv tmpfs
    PRELOAD= run timeout 100 tests/writable/differential "$PROBES/operations" 1 1 20 /srv/tmp
    [ "$status" -eq 1 ]
    [[ $output == *"differs: seed 1, operations "* ]]
    umount /srv
}

@test "tmpfs, glibc: 80 seeds of 400 operations" { differ tmpfs operations "${SEED:-1}" "${SEEDS:-80}"; }
@test "tmpfs, musl: 60 seeds" { differ tmpfs operations-musl "${SEED:-1001}" "${SEEDS:-60}"; }
@test "overlay: 30 seeds" { differ overlay operations "${SEED:-2001}" "${SEEDS:-30}"; }
@test "overlay and ext4, musl: 10 seeds each" {
    differ overlay operations-musl "${SEED:-6001}" "${SEEDS:-10}"
    differ ext4 operations-musl "${SEED:-7001}" "${SEEDS:-10}"
}
@test "ext4: 30 seeds" { differ ext4 operations "${SEED:-3001}" "${SEEDS:-30}"; }

# One upper folder, one lock, folders above that all expand at once.
@test "tmpfs and ext4: six processes at once on one view" {
    mount_srv tmpfs
    PRELOAD= PROCESSES=2 run timeout 100 tests/writable/differential "$PROBES/operations" 1 1 20 /srv/tmp
    [ "$status" -eq 1 ]
    umount /srv
    PROCESSES=6 differ tmpfs operations "${SEED:-4001}" "${SEEDS:-12}"
    PROCESSES=6 differ ext4 operations-musl "${SEED:-5001}" "${SEEDS:-4}"
}
