# The suites on volumes that refuse sockets. What counts is what ends well on a disk, without the shim and
# under a name: all of it is to end well on each volume with the shim, without a name. Without the shim, some
# of it does not.

. "$PWD/tests/suites/suites.bash"

setup_file() {
    place_node
    mount_volume disk
    NAMELESS_UID=65534 results_of bare /tmp/disk
    unmount_volume
    local node ruby
    node=$(grep -c ^node /tmp/disk) ruby=$(grep -c ^ruby /tmp/disk)
    echo "# figures: on the disk, under a name: $node of node's $(node_tests | wc -l), $ruby of Ruby's;" \
        "out of the count: $(node_tests | sed 's/^/node /' | sort | comm -13 /tmp/disk - | paste -sd ' ')" >&3
    [ "$node" -ge 25 ]
    [ "$ruby" -ge 180 ]
}

teardown() {
    unmount_volume
    end_programs
}

# assert_as_on_disk LEAST: bare, at least that many of them fail.
assert_as_on_disk() {
    results_of shimmed /tmp/shimmed
    # There some wait for ever.
    LIMIT=10 results_of bare /tmp/bare
    local all bare
    all=$(wc -l </tmp/disk) bare=$(comm -12 /tmp/disk /tmp/bare | wc -l)
    echo "# figures: $BATS_TEST_DESCRIPTION: $(comm -12 /tmp/disk /tmp/shimmed | wc -l) of $all, bare $bare" >&3
    [ "$bare" -le $((all - $1)) ]
    [ -z "$(comm -23 /tmp/disk /tmp/shimmed)" ] || fail "not as on a disk: $(comm -23 /tmp/disk /tmp/shimmed)"
}

@test "FAT" {
    mount_volume fat
    assert_as_on_disk 25
}

@test "rclone" {
    mount_volume rclone
    assert_as_on_disk 25
}

@test "a volume that answers ENOTSUP" {
    mount_volume faulty mknod=ENOTSUP
    assert_as_on_disk 25
}
