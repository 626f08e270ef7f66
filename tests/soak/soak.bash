# What the soak's bats files share, on top of tests/programs/common.bash.

. "$PWD/tests/programs/common.bash"

SOAK=$PROBES/soak
PRIVATE=/tmp/.qlshim-$NAMELESS_UID

# A line for whoever runs the soak (tests/run prints it).
say() {
    echo "# figures: $BATS_TEST_DESCRIPTION: $*" >&3
}

# Errors that a client may see while servers are killed and restarted, and a server whose clients
# give up; EAGAIN is a question that died with its server. Whatever else they see is a fault's.
USUAL_ERRORS="ENOENT ECONNREFUSED ECONNRESET EPIPE EAGAIN end"

# The load (tests/soak/load.c) in FOLDER for DURATION seconds, in the background.
#
#     start_load [NAME=value…] [-- ARGUMENT-OF-LOAD…]
#
# Before, that without the shim it cannot even begin. LOAD_PROGRAMS: what its processes run.
start_load() {
    local words=()
    while [ $# -gt 0 ] && [ "$1" != -- ]; do
        words+=("$1")
        shift
    done
    shift || true
    run nameless "$SOAK/load" "$FOLDER" 1 "$SOAK/load"
    [ "$status" -eq 3 ] || fail "without the shim: $status $output"
    [[ $output == "no servers: E"* ]] || fail "without the shim: $output"
    find "$FOLDER" -mindepth 1 -delete # what a failed bind may leave
    FIGURES=/tmp/figures.$RANDOM
    LIMIT=$((DURATION + 60)) shimmed "${words[@]}" "$SOAK/load" "$@" "$FOLDER" "$DURATION" \
        "${LOAD_PROGRAMS[@]:-$SOAK/load}" >"$FIGURES" 2>&1 &
    LOAD_PID=$!
}

figure() {
    sed -n "s/^$1: //p" "$FIGURES"
}

# The names of the errors that a side ("client") saw.
errors_of() {
    figure "$1 errors" | grep -o '[A-Za-z][A-Z0-9a-z]*' || true
}

# Waits for the load's end and judges it. Arguments: errors that the fault in hand explains.
finish_load() {
    local status=0 error side
    wait "$LOAD_PID" || status=$?
    say "$(grep -E '^(answered|servers|server|client|wrong peers|crashed)[a-z ]*: ' "$FIGURES" | paste -sd ';' | sed 's/;/; /g')"
    [ "$status" -eq 0 ] || fail "the load ended with $status: $(tail -n 30 "$FIGURES")"
    [ "$(figure "wrong peers")" = "0, names: 0, types: 0" ]
    [ "$(figure crashed)" = "0, hung: 0, leaked descriptors: 0" ]
    [ "$(figure "answered at the end")" = "50 of 50 sockets" ]
    [ "$(figure "servers killed")" -ge $((DURATION / 2)) ]
    for side in server client; do
        for error in $(errors_of "$side"); do
            [[ " $USUAL_ERRORS $* " == *" $error "* ]] || fail "a $side saw $error"
        done
    done
}

# A fault is no test where nobody notices it.
noticed() {
    [[ " $(errors_of "$1" | paste -sd ' ') " == *" $2 "* ]] || fail "no $1 saw $2"
}

# All that the load made is gone from the volume; from the private folder it goes with the collection
# of orphans: whoever binds later meets them. What that bind leaves itself is newer.
assert_nothing_left() {
    local place=${1:-$PRIVATE} left entries
    left=$(ls -A "$FOLDER")
    [ -z "$left" ] || fail "left on the volume: $left"
    entries=$(find "$place" -mindepth 1 | wc -l)
    sleep 7 # younger ones are left alone
    touch /tmp/collected
    rm -rf /tmp/others && nameless mkdir /tmp/others
    (ulimit -n 12000 && LIMIT=60 shimmed QLSHIM_SOCKETS=always QLSHIM_TMPDIR="$(dirname "$place")" \
        "$PROBES/many" sockets /tmp/others $((entries + 100))) || fail "no socket can be bound"
    left=$(find "$place" -mindepth 1 ! -newer /tmp/collected ! -name 'verdict-*' ! -name position \
        ! -name home ! -name trial)
    say "the private folder held $entries entries; after the collection $(wc -w <<<"$left") of them"
    [ -z "$left" ] || fail "left in the private folder: $(head -n 5 <<<"$left")"
    [ "$(find "$place" -name 'verdict-*' | wc -l)" -le 2 ]
}

# A load from its start to its end on the volume KIND [FAULT…].
load_on() {
    mount_volume "$@"
    fresh_folder
    start_load
    # rclone closes the files of a process that was killed when they may be unlinked already.
    finish_load $([ "$1" != rclone ] || echo EADDRINUSE)
    assert_nothing_left
}

# tests/soak/hostile.c's CASE on the volume at hand, by every PROGRAM; without the shim it fails.
#
#     at_bad_moments CASE PROGRAM…
at_bad_moments() {
    local case=$1 program
    for program in "${@:2}"; do
        fresh_folder
        run nameless "$SOAK/$program" "$case" "$FOLDER" 1
        [ "$status" -eq 1 ]
        [[ $output == *"bind: E"* ]]
        find "$FOLDER" -mindepth 1 -delete
        LIMIT=$((DURATION + 30)) run shimmed "$SOAK/$program" "$case" "$FOLDER" "$DURATION"
        say "$program, ${VOLUME_FAULTS[*]}: $output"
        [ "$status" -eq 0 ]
        [[ $output == *" 0 wrong"* ]]
        [ -z "$(ls -A "$FOLDER")" ]
    done
}

# tests/soak/growth.c's CASE, COUNT times: flat, by every PROGRAM; without the shim it fails.
#
#     grow CASE COUNT PROGRAM…
grow() {
    local case=$1 count=$2 program
    run nameless "$SOAK/growth" "$case" "$FOLDER" 10 "$PRIVATE"
    [ "$status" -eq 1 ]
    [[ $output == "bind: E"* ]]
    for program in "${@:3}"; do
        LIMIT=400 run shimmed "$SOAK/$program" "$case" "$FOLDER" "$count" "$PRIVATE"
        say "$program, KiB resident and entries in the private folder after so many:" \
            "$(awk '{ printf "%s: %s, %s; ", $1, $2, $3 }' <<<"$output")"
        [ "$status" -eq 0 ]
        assert_flat "$output"
        rm -f "$FOLDER/stat.sock"
    done
}

# From the fifth tenth on neither column 2 (KiB) nor 3 (entries) exceeds by more than a few pages and
# entries what it was then.
assert_flat() {
    awk 'NR == 5 { kib = $2; entries = $3 }
         NR > 5 && ($2 > kib + 64 || $3 > entries + 64) { exit 1 }
         END { if (NR != 10) exit 1 }' <<<"$1" || fail "grows: $1"
}
