# CPython's own tests of Unix sockets (Debian's libpython3.11-testsuite) with their temporary folder on
# rclone: each test ends as on a disk, and none is skipped that a disk runs.

setup_file() {
    load common
    mount_volume disk
    run_tests "$BATS_FILE_TMPDIR/disk"
    unmount_volume
}

setup() {
    load common
    mount_volume rclone
}

teardown() {
    unmount_volume
}

# Debian's Python: another one may come first in PATH.
run_tests() {
    local results=$1
    shift
    LIMIT=250 nameless TMPDIR="$VOLUME" "$@" /usr/bin/python3 -m test -v --tempdir "$VOLUME" --timeout 60 \
        test_socket test_asyncio.test_unix_events >"$results.log" 2>&1 || true
    grep ' \.\.\. ' "$results.log" | sort >"$results"
}

ends_as_on_a_disk() {
    run_tests "$BATS_TEST_TMPDIR/shimmed" LD_PRELOAD="$LIBRARY"
    diff <(grep -vFf "$BATS_TEST_TMPDIR/of_times" "$BATS_FILE_TMPDIR/disk") \
        <(grep -vFf "$BATS_TEST_TMPDIR/of_times" "$BATS_TEST_TMPDIR/shimmed")
}

@test "test_socket and test_asyncio.test_unix_events end on rclone as on a disk" {
    [ "$(grep -c ' ok$' "$BATS_FILE_TMPDIR/disk")" -gt 700 ]
    # Tests of CPython's that hold it to a time fail on a disk, too, where the machine is busy.
    grep -E ' (ERROR|FAIL)$' "$BATS_FILE_TMPDIR/disk" | sed 's/ \.\.\. .*/ .../' >"$BATS_TEST_TMPDIR/of_times" || true
    [ "$(wc -l <"$BATS_TEST_TMPDIR/of_times")" -lt 5 ]
    run_tests "$BATS_TEST_TMPDIR/bare"
    [ "$(grep -c ' ERROR$' "$BATS_TEST_TMPDIR/bare")" -gt 100 ]

    ends_as_on_a_disk || ends_as_on_a_disk
}
