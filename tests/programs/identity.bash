# Programs under either name, with HOME as HOME_IS has it. Loaded after common.bash, at a file's top.

setup_file() {
    tests/busybox
}

setup() {
    rm -rf /tmp/.qlshim-* /tmp/key* /tmp/of-the-panel
    MADE=/tmp/.qlshim-23456/home # the home that the shim makes
    BUSYBOX=$PWD/build/busybox/busybox
    HOME_IS=HOME=/
    VOLUME_KIND=
}

# Daemons do not end by themselves.
teardown() {
    end_programs
    umount /etc/passwd 2>/dev/null || true
    [ -z "$VOLUME_KIND" ] || unmount_volume
}

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
