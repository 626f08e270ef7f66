# A panel for jobs, as a user without a name would run it: crontab-ui, unmodified from npm, under PM2
# with its folder on a volume that refuses sockets, next to Debian's cron daemon. A job that is made
# through the panel's HTTP interface is in the real crontab, and fires.

setup_file() {
    load common
    [ -e build/npm-panel/node_modules/crontab-ui/bin/crontab-ui.js ] ||
        timeout 300 npm install --prefix build/npm-panel --no-package-lock --no-audit --no-fund \
            --silent crontab-ui@0.3.16
}

setup() {
    load common
    rm -rf /tmp/.qlshim-*
    PANEL=$PWD/build/npm-panel/node_modules/crontab-ui/bin/crontab-ui.js
    PM2=$PWD/build/npm/node_modules/pm2/bin/pm2
    PORT=$(python3 -c 'import socket; s = socket.create_server(("127.0.0.1", 0)); print(s.getsockname()[1])')
    mount_volume rclone
}

teardown() {
    end_programs
    unmount_volume
}

# Ends by their ids the user's programs in this PID namespace.
end_programs() {
    local pid
    for pid in $(pgrep -U "$NAMELESS_UID"); do
        kill -9 "$pid" 2>/dev/null || true # it may have ended with its parent
    done
}

# panel_user bare|shimmed FOLDER COMMAND…: the folder is PM2's and the panel's.
panel_user() {
    as "$1" PM2_HOME="$2/.pm2" CRON_DB_PATH="$2" CRON_PATH="$2" HOST=127.0.0.1 PORT="$PORT" \
        NO_COLOR=1 "${@:3}" </dev/null
}

# The panel's own requests (crontab-ui's public/js/script.js). -f: an error's status is an error.
request() {
    curl -fsS --noproxy '*' --max-time 10 "http://127.0.0.1:$PORT/$1" "${@:2}"
}

create_job() {
    request save --data _id=-1 --data name=job --data-urlencode "schedule=$1" \
        --data-urlencode "command=$2" --data logging=true
}

save_crontab() {
    request crontab -G --data-urlencode "env_vars=PANEL=yes"
}

@test "without the shim PM2 does not come up, and the panel cannot save the crontab" {
    mkdir -m 777 "$VOLUME/panel"
    LIMIT=8 run panel_user bare "$VOLUME/panel" node "$PM2" start "$PANEL"
    [ "$status" -ne 0 ]
    run request ""
    [ "$status" -ne 0 ]
    end_programs

    panel_user bare "$VOLUME/panel" node "$PANEL" >/tmp/panel.log 2>&1 &
    eventually request ""
    create_job "* * * * *" "id"
    run save_crontab
    [ "$status" -eq 22 ]
    grep "your UID isn't in the passwd file" /tmp/panel.log
    run panel_user bare "$VOLUME/panel" cron -f
    [[ $output == *"can't open or create /var/run/crond.pid: Permission denied"* ]]
}

online_is() {
    [ "$(panel_user shimmed "$VOLUME/panel" node "$PM2" list | grep -c online)" = "$1" ]
}

# From a shimmed shell, as a user would: started by a program without the shim, a set-id crontab
# drops it.
crontab_now() {
    panel_user shimmed "$VOLUME/panel" sh -c 'crontab -l'
}

# The job's time is the next minute; the daemon looks at the crontab once in a minute.
fires() {
    local tries=130
    until [ -s "$1" ]; do
        sleep 0.5
        [ $((tries -= 1)) -gt 0 ] || fail "no job has written $1"
    done
}

@test "a panel under PM2 makes a job that fires" {
    local user=(panel_user shimmed "$VOLUME/panel")
    mkdir -m 777 "$VOLUME"/panel{,/logs}
    "${user[@]}" node "$PM2" start "$PANEL" --name panel
    "${user[@]}" node "$PM2" start "$(command -v cron)" --name cron --interpreter none -- -f
    eventually request ""
    online_is 2

    create_job "* * * * *" "id; echo \$PANEL \$HOME; id >$VOLUME/panel/fired"
    save_crontab
    [[ $(request "") == *"$VOLUME/panel/fired"* ]]
    crontab_now >/tmp/crontab
    diff "$VOLUME/panel/crontab" /tmp/crontab
    grep "^\* \* \* \* \* .*$VOLUME/panel/fired" /tmp/crontab
    grep "^PANEL=yes" /tmp/crontab

    fires "$VOLUME/panel/fired"
    [[ $(<"$VOLUME/panel/fired") == "uid=23456(u23456) gid=23456(u23456)"* ]]
    # The panel shows what the job said, which the shell's pipes wrote beside it.
    panel_shows "uid=23456(u23456)"
    panel_shows "yes /tmp/.qlshim-23456/home"
    "${user[@]}" node "$PM2" logs cron --nostream --lines 50 | grep '(u23456) CMD'

    # A job that the panel stops is in the crontab no more.
    request stop --data "_id=$(job_id)"
    save_crontab
    crontab_now >/tmp/crontab
    run grep fired /tmp/crontab
    [ "$status" -eq 1 ]

    "${user[@]}" node "$PM2" kill
    eventually all_ended
}

job_id() {
    basename -s .stdout.log "$VOLUME"/panel/logs/*.stdout.log
}

panel_shows() {
    eventually shown_now "$1"
}

shown_now() {
    request "stdout?id=$(job_id)" | grep -F "$1"
}

all_ended() {
    [ -z "$(pgrep -U "$NAMELESS_UID")" ]
}
