# What the bats files share. They run under tests/isolated, in the checkout.

. tests/volumes/volumes.bash

LIBRARY=$PWD/build/libqlshim.so
QLSHIM=$PWD/build/qlshim
PROBES=$PWD/build/tests
NAMELESS_UID=23456

bats_require_minimum_version 1.5.0

# Runs a command as a uid without a name, with nothing in its environment but PATH, HOME=/ and the
# NAME=value words before it; for LIMIT seconds at most (20), since on a broken socket programs hang.
nameless() {
    timeout -k 2 "${LIMIT:-20}" setpriv --reuid "$NAMELESS_UID" --regid "$NAMELESS_UID" \
        --clear-groups env -i PATH="$PATH" HOME=/ "$@" 3>&-
}

# The same, with the shim.
shimmed() {
    nameless LD_PRELOAD="$LIBRARY" "$@"
}

# The same again under either name: `as bare …`, `as shimmed …`.
as() {
    case $1 in
    bare) nameless "${@:2}" ;;
    shimmed) shimmed "${@:2}" ;;
    esac
}

# Waits until a command succeeds, for WAIT seconds at most (10).
eventually() {
    local tries=$((${WAIT:-10} * 10))
    until "$@" >/dev/null 2>&1; do
        sleep 0.1
        [ $((tries -= 1)) -gt 0 ] || { echo "never: $*"; return 1; }
    done
}

# Ends by their ids the nameless user's programs in this PID namespace, or those with these pgrep options.
end_programs() {
    local pid
    for pid in $(pgrep -U "$NAMELESS_UID" "$@"); do
        kill -9 "$pid" 2>/dev/null || true # it may have ended with its parent
    done
}

all_ended() {
    [ -z "$(pgrep -U "$NAMELESS_UID")" ]
}

fail() {
    echo "$*" >&2
    return 1
}

# A fresh folder on the volume, so that what one run leaves does not disturb the next.
fresh_folder() {
    FOLDER=$VOLUME/$(mktemp -u run.XXXXXX)
    nameless mkdir "$FOLDER"
}

# The matrix's static busybox, where that is installed: its crond is out of reach, and so a finding of doctor's.
hide_busybox() {
    [ ! -f /usr/bin/busybox ] || mount --bind /dev/null /usr/bin/busybox
}
