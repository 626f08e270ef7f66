# type_in_vi SCREEN LINE: what somebody types who puts a line behind those that are there, for the terminal of a busybox's
# vi whose screen goes into the file SCREEN. It waits WAIT seconds at most (15) for each thing that is to be seen there.
type_in_vi() {
    local screen=$1 line=$2 shows='until grep -q "$1" "$0"; do sleep 0.1; done'
    timeout "${WAIT:-15}" sh -c "$shows" "$screen" '~' # it has drawn its screen
    printf 'Go%s\033' "$line"
    timeout "${WAIT:-15}" sh -c "$shows" "$screen" Modified
    sleep 1.1 # crontab compares the times of a file in seconds
    printf ':wq\n'
    sleep 1
}
