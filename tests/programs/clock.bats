# The clock is set while a daemon runs, an hour and five minutes ahead and then half an hour back:
# simulated, as setting the machine's own would move it for everybody. For Debian's daemon it is
# libfaketime's, which reads its offset from a file at each look at the clock; for busybox's, which is
# musl's, tests/programs/clock.c. Both run ten times as fast.

setup() {
    load common
    load cron
    prepare_cron
    echo "+0 x10" >/tmp/out/offset
}

teardown() {
    end_cron
}

# One job for each minute of the hour, so that what was fired tells when the daemon believed it to be.
install_minutes() {
    local minute
    for minute in {0..59}; do
        echo "$minute * * * * echo $minute >>/tmp/out/minutes"
    done >$TAB
    shell "crontab $TAB"
}

fired() {
    wc -l </tmp/out/minutes
}

fired_more_than() {
    [ "$(fired)" -gt "$1" ]
}

# set_clock OFFSET: and three minutes pass on it.
set_clock() {
    local before
    before=$(fired)
    echo "$1 x10" >/tmp/out/offset.new
    mv /tmp/out/offset.new /tmp/out/offset
    WAIT=60 eventually fired_more_than $((before + 2))
}

# Each job is a minute later than the one before, but for the two steps, whose sizes in minutes may be
# one more or less; and the daemon is the one that was started.
steps_are_seen() {
    local daemon=$1
    tr '\n' ' ' </tmp/out/minutes
    awk 'NR > 1 && ($1 - last + 60) % 60 != 1 { print ($1 - last + 60) % 60 } { last = $1 }' \
        /tmp/out/minutes >/tmp/out/steps
    cat /tmp/out/steps
    [ "$(wc -l </tmp/out/steps)" -eq 2 ]
    [[ $(sed -n 1p /tmp/out/steps) == [5-7] ]]
    [[ $(sed -n 2p /tmp/out/steps) == 3[0-2] ]]
    kill -0 "$daemon"
}

# survives COMMAND READY SETTING…: the settings are those of its clock.
survives() {
    local daemon
    SHIM=bare run shell "$1"
    [ "$status" -ne 0 ]
    [ "$status" -ne 124 ]
    install_minutes
    SETTINGS=("${@:3}")
    start_daemon "$1" "$2"
    daemon=$(pgrep -U 23456 -ox "${1%% *}")
    WAIT=60 eventually fired_more_than 2
    set_clock +3900
    set_clock +2100
    steps_are_seen "$daemon"
}

@test "Debian's daemon fires each minute once, before and after" {
    survives 'cron -f' 'Running @reboot jobs' LD_PRELOAD="$FAKETIME_LIBRARY:$LIBRARY" \
        FAKETIME_TIMESTAMP_FILE=/tmp/out/offset FAKETIME_NO_CACHE=1 FAKETIME_DONT_FAKE_MONOTONIC=1
}

@test "busybox's daemon fires each minute once, before and after" {
    SEARCH=$BUSYBOX:/usr/bin:/bin
    survives 'crond -f -d 8' 'crond .busybox .* started' LD_PRELOAD="$PROBES/clock-musl.so:$LIBRARY" \
        CLOCK_OFFSET=/tmp/out/offset
}
