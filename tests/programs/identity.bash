# Programs under either name, with HOME as HOME_IS has it. Loaded after common.bash.

# A program under either name, with HOME as HOME_IS has it: the library is preloaded only behind it.
under() {
    case $1 in
    bare) nameless env "$HOME_IS" "${@:2}" ;;
    shimmed) nameless env "$HOME_IS" LD_PRELOAD="$LIBRARY" "${@:2}" ;;
    esac </dev/null
}

# mended REASON ANSWER COMMAND…: gives the reason bare, and with the shim this answer, and no other word.
mended() {
    run under bare "${@:3}"
    [[ $output == *"$1"* && $output != "$2" ]] || fail "bare: $output"
    run --separate-stderr under shimmed "${@:3}"
    [ "$output" = "$2" ]
    [ "$stderr" = "" ]
    [ "$status" -eq 0 ]
}

# The same for HOME as Docker gives it, for none, and for those that cannot be written.
mended_everywhere() {
    local HOME_IS
    for HOME_IS in HOME=/ --unset=HOME HOME= HOME=/root HOME=/usr HOME=/none; do
        rm -rf /tmp/.qlshim-*
        mended "$@"
    done
}
