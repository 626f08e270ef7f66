# For bats files: a user's daemon by its init script. programs/common.bash comes first.

# daemons NAME: of the user's
daemons() { pgrep -U 23456 -x "$1" || true; }

no_daemons() { [ -z "$(daemons "$1")" ]; }

# another DAEMON PID: there is one, and it is not that one
another() {
    local found
    found=$(daemons "$1")
    [ "$(wc -w <<<"$found")" = 1 ] && [ "$found" != "$2" ]
}

# script_works RUN SCRIPT DAEMON: start, restart and stop; RUN runs a command of a shell as the user. A script may end
# before the daemon does what it was told: it goes into the background, writes its pid then, and ends when it likes.
script_works() {
    local run=$1 script=$2 daemon=$3 first
    "$run" "$script start"
    eventually another "$daemon" none
    eventually script_says "$run" "$script" "$daemon is running"
    first=$(daemons "$daemon")
    "$run" "$script restart"
    eventually another "$daemon" "$first"
    eventually script_says "$run" "$script" "$daemon is running"
    "$run" "$script stop"
    eventually no_daemons "$daemon"
    eventually script_says "$run" "$script" "$daemon is not running"
}

script_says() { [[ $("$1" "$2 status" || true) == *"$3"* ]]; }
