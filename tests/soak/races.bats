# Helgrind on the tables under many threads (tests/soak/tables.c); ThreadSanitizer on the same is a
# unit test.

setup() {
    load soak
}

helgrind() {
    LIMIT=120 nameless valgrind --tool=helgrind --vgdb=no --error-exitcode=9 \
        --suppressions=tests/soak/helgrind.supp "$SOAK/tables" "$@"
}

@test "helgrind reports a race" {
    run helgrind racy 5
    [ "$status" -eq 9 ]
    [[ $output == *"Possible data race during write"*"race (tables.c"* ]]
}

@test "helgrind finds none in the tables" {
    run helgrind hammer "${SOAK_SECONDS:-30}"
    echo "$output"
    say "$(grep -E 'rounds|ERROR SUMMARY' <<<"$output" | sed 's/^==[0-9]*== //' | tail -n 2 | paste -sd ' ')"
    [ "$status" -eq 0 ]
    [[ $output == *"0 wrong"* ]]
    [[ $output != *"Possible data race"* ]]
}
