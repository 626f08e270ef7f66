# Scenarios, for bats files. A scenario is a function that starts an unmodified program as a user
# without a name, with its sockets in $FOLDER, uses it and ends it. On a volume that refuses sockets it
# runs bare, where it must fail for the reason that the volume gives, and then with the shim.

load common

# In setup.
prepare_scenarios() {
    rm -rf /tmp/.qlshim-*
    # For what needs no socket: the user may read and write here.
    WORK=$(mktemp -d /tmp/work.XXXXXX)
    chmod 1777 "$WORK"
    touch "$WORK/servers"
}

# In teardown.
finish_scenarios() {
    end_servers
    unmount_volume
}

# What bare programs say, in their own words; gunicorn tries again and meets what the failed bind
# left.
REFUSED='Input/output error|EIO|Operation not permitted|is not a socket'

# mended SCENARIO KIND [FAULT…]: wrong bare on that volume, right with the shim.
mended() {
    local scenario=$1
    shift
    mount_volume "$@"
    run_through bare "$scenario"
    [ "$STATUS" -ne 0 ] || fail "it works on this volume without the shim"
    # A busy machine may not come so far in the time that a bare program has.
    grep -E "$REFUSED" "$WORK/output" || BARE_LIMIT=60 run_through bare "$scenario"
    grep -E "$REFUSED" "$WORK/output" || fail "it failed for another reason"
    run_through shimmed "$scenario"
    [ "$STATUS" -eq 0 ]
}

# mended_where SCENARIO WORDS FAULTS…: on a volume with each of the faults, where the bare one says so.
mended_where() {
    local scenario=$1 REFUSED=$2 faults
    shift 2
    for faults in "$@"; do
        mended "$scenario" faulty $faults
        unmount_volume
    done
}

# Whether the scenarios ask for what a disk gives.
right_on_a_disk() {
    local scenario
    mount_volume disk
    for scenario in "$@"; do
        run_through bare "$scenario"
        [ "$STATUS" -eq 0 ] || fail "$scenario"
    done
}

# Runs the scenario in a fresh folder and ends its servers; STATUS is 0 where it came to its end. Not
# as a condition, in which a shell would not stop at what fails.
run_through() {
    fresh_folder
    rm -f "$WORK"/log.*
    perform "$@" >"$WORK/output" 2>&1 3>&- &
    local process=$! tries=600
    until ended "$process"; do
        sleep 0.1
        # Not even SIGKILL ends who waits for a volume that does not answer; after a minute this does.
        [ $((tries -= 1)) -ne 0 ] || umount -f "$VOLUME" || true
    done
    STATUS=0
    wait "$process" || STATUS=$?
    end_servers
    find "$WORK" -name 'log.*' -exec cat {} + >>"$WORK/output"
    cat "$WORK/output"
}

perform() {
    WAY=$1
    # Bare programs may hang.
    [ "$WAY" = shimmed ] || LIMIT=${BARE_LIMIT:-8}
    trap 'echo "line $LINENO failed: $BASH_COMMAND" >&2' ERR
    "$2"
}

program() {
    as "$WAY" "$@"
}

# Starts a server in the background; SERVER is its process.
serve() {
    local log
    log=$(mktemp "$WORK/log.XXXXXX")
    program sh -c 'echo $$ && exec env "$@"' serve "$@" </dev/null >"$log" 2>&1 || true &
    eventually test -s "$log"
    read -r SERVER <"$log"
    to_end "$SERVER"
}

# Notes a process that is to end with the scenario.
to_end() {
    echo "$1" >>"$WORK/servers"
}

end_servers() {
    local process
    while read -r process; do
        kill "$process" 2>/dev/null || continue
        eventually ended "$process" || kill -KILL "$process" || true
    done <"$WORK/servers"
    : >"$WORK/servers"
}

ended() {
    ! kill -0 "$1" 2>/dev/null || false
}

# Ends the server as an operator would.
stop() {
    kill "$SERVER"
    eventually ended "$SERVER"
}

# Ends the server and its children as a power cut would.
crash() {
    kill -KILL "$SERVER" $(pgrep -P "$SERVER")
    eventually ended "$SERVER"
}

# Waits until a command succeeds, for as long as the server runs.
once_up() {
    local tries=100
    until "$@" >/dev/null 2>&1; do
        ! ended "$SERVER" || fail "the server has ended" || return
        sleep 0.1
        [ $((tries -= 1)) -gt 0 ] || fail "never: $*" || return
    done
}

# says EXPECTED COMMAND…
says() {
    local answer
    answer=$(program "${@:2}")
    [ "$answer" = "$1" ] || fail "expected '$1', got '$answer': ${*:2}"
}

nothing_left() {
    [ -z "$(ls -A "$FOLDER")" ] || fail "left in the folder: $(ls -A "$FOLDER")"
}
