# For bats files: days with crons (tests/crons/run), all at the same time.

# begin_days CASE…: in setup_file. They go on beside the tests, in a mount namespace of their own.
begin_days() {
    export DAYS=/tmp/days
    unshare --mount --propagation private tests/crons/run $DAYS "$@" >/tmp/days.log 2>&1 3>&- &
    export DAYS_PID=$!
}

# goes_well CASE: its day has ended, and nothing was wrong
goes_well() {
    local tries=900
    until grep -qE '^[^ ]+: all is well$|^--- the daemon.s log$' "$DAYS/$1" 2>/dev/null; do
        sleep 1
        [ $((tries -= 1)) -gt 0 ] && kill -0 "$DAYS_PID" || break
    done
    cat "$DAYS/$1"
    [[ $(tail -n 1 "$DAYS/$1") == *": all is well" ]]
}
