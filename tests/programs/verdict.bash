# What `qlshim explain` promises of a message, held against the program that says it. Loaded after common.bash, at a
# file's top.

# The file's one volume is rclone's, with a folder of its own for each test in $FOLDER.
setup_file() {
    mount_volume rclone
    export VOLUME
    printf '%s\n' "$VOLUME_KIND $VOLUME_PID" >"$BATS_FILE_TMPDIR/volume"
}

teardown_file() {
    read -r VOLUME_KIND VOLUME_PID <"$BATS_FILE_TMPDIR/volume"
    unmount_volume
}

# Notes that a real program has said what `explained` answers: `make words` then lists what none has (tests/words/held).
held() {
    local ledger=${QLSHIM%/*}/tests/held
    mkdir -p "$ledger"
    sed -n 's/^  cause:        //p' <<<"$explained" >>"$ledger/${BATS_TEST_FILENAME##*/}"
}

# Fails where the command said nothing of the message; else explain's word on that message is in $explained.
explain_said() {
    local message=$1 said=$2
    [[ $said == *"$message"* ]] || fail "bare, it said: $said"
    explained=$("$QLSHIM" explain <<<"$(grep -F -- "$message" <<<"$said")") || fail "explain does not know: $message"
    held
}

# What the program says, bare, until a second after it has said the message: one that waits for something, or serves, does
# not end by itself, and on a busy machine nobody knows when it comes to speak.
bare_says() {
    local message=$1 output bare spoke=0 tries=600
    shift
    output=$(mktemp /tmp/bare.XXXXXX)
    LIMIT=60 nameless "$@" >"$output" 2>&1 </dev/null 3>&- &
    bare=$!
    while kill -0 $bare 2>/dev/null && [ $((tries -= 1)) -gt 0 ] && [ $spoke -lt 10 ]; do
        ! grep -qF -- "$message" "$output" || spoke=$((spoke + 1))
        sleep 0.1
    done
    # Its timeout hands the signal on.
    kill "$(pgrep -P $bare)" 2>/dev/null || true
    wait $bare 2>/dev/null || true
    cat "$output"
    rm "$output"
}

# still_runs COMMAND…: at its LIMIT, shimmed, when timeout ends it.
still_runs() {
    local status=0
    shimmed "$@" || status=$?
    [ $status -eq 124 ] || [ $status -eq 137 ] || fail "it ended with $status"
}

# verdict VERDICT MESSAGE COMMAND…: the program, bare, says the message; explain promises so much; and so it
# is. With the shim it does its work and says it no more ("works"; "mended", where others say the same and explain
# promises them less), or it says it all the same ("no", and "helps", whose help is a test of its own). A server that still runs at its LIMIT does its work. What the
# bare run left in $FOLDER (rclone's empty file) is not the shim's to meet.
verdict() {
    local promised=$1 message=$2 said explained status=0 took=$SECONDS
    shift 2
    said=$(bare_says "$message" "$@")
    took=$((SECONDS - took))
    explain_said "$message" "$said"
    [[ $promised != @(works|mended) ]] || rm -rf "${FOLDER:?}"/*
    said=$(LIMIT=$((${LIMIT:-20} + 2 * took)) shimmed "$@" 2>&1 </dev/null) || status=$?
    case $promised in
    works | mended)
        if [ "$promised" = works ]; then
            [[ $explained == *"with qlshim:  it works"* ]] || fail "$explained"
        else
            [[ $explained == *"with qlshim:  see what to do"*libqlshim.so* ]] || fail "$explained"
        fi
        [[ $said != *"$message"* ]] || fail "shimmed: $said"
        [ $status -eq 0 ] || [ $status -eq 124 ] || [ $status -eq 137 ] || fail "shimmed, it ended with $status: $said"
        ;;
    no) [[ $explained == *"with qlshim:  out of its reach"* && $said == *"$message"* ]] || fail "$explained; shimmed: $said" ;;
    helps) [[ $explained == *"with qlshim:  see what to do"* && $said == *"$message"* ]] || fail "$explained; shimmed: $said" ;;
    esac
}
