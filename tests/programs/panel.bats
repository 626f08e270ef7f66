# A panel for jobs, as a user without a name would run it: crontab-ui, unmodified from npm, under PM2
# with its folder on a volume that refuses sockets, next to Debian's cron daemon. A job that is made
# through the panel's HTTP interface is in the real crontab, and fires.

setup() {
    load common
    load panel
    rm -rf /tmp/.qlshim-*
    PANEL=$PWD/build/npm-panel/node_modules/crontab-ui/bin/crontab-ui.js
    PM2=$PWD/build/npm/node_modules/pm2/bin/pm2
    PORT=$(python3 -c 'import socket; s = socket.create_server(("127.0.0.1", 0)); print(s.getsockname()[1])')
    mount_volume rclone
    mkdir -m 777 "$VOLUME"/panel{,/logs}
    panel_settings "$VOLUME/panel" "$PORT"
}

teardown() {
    end_programs
    unmount_volume
}

# panel_user bare|shimmed COMMAND…
panel_user() {
    as "$1" PM2_HOME="$VOLUME/panel/.pm2" "${PANEL_SETTINGS[@]}" "${@:2}" </dev/null
}

# -f: an error's status is an error.
request() {
    local field fields=()
    for field in "${@:2}"; do
        fields+=(--data-urlencode "$field")
    done
    curl -fsS --noproxy '*' --max-time 60 "http://127.0.0.1:$PORT/$1" "${fields[@]}"
}

# From a shimmed shell, as a user would: started by a program without the shim, a set-id crontab
# drops it.
crontab_now() {
    panel_user shimmed sh -c 'crontab -l'
}

@test "without the shim PM2 does not come up, and the panel cannot save the crontab" {
    LIMIT=8 run panel_user bare node "$PM2" start "$PANEL"
    [ "$status" -ne 0 ]
    run request ""
    [ "$status" -ne 0 ]
    end_programs

    panel_user bare node "$PANEL" >/tmp/panel.log 2>&1 &
    eventually request ""
    cannot_save
    grep "your UID isn't in the passwd file" /tmp/panel.log
    run panel_user bare cron -f
    [[ $output == *"can't open or create /var/run/crond.pid: Permission denied"* ]]
}

online_is() {
    [ "$(panel_user shimmed node "$PM2" list | grep -c online)" = "$1" ]
}

@test "a panel under PM2 makes a job that fires" {
    panel_user shimmed node "$PM2" start "$PANEL" --name panel
    panel_user shimmed node "$PM2" start "$(command -v cron)" --name cron --interpreter none -- -f
    eventually request ""
    online_is 2

    job_fires "$VOLUME/panel" 23456
    # The panel shows what the job said, which the shell's pipes wrote beside it.
    panel_shows "uid=23456(u23456)"
    panel_shows "yes /tmp/.qlshim-23456/home"
    panel_user shimmed node "$PM2" logs cron --nostream --lines 50 | grep '(u23456) CMD'
    stop_job

    panel_user shimmed node "$PM2" kill
    eventually all_ended
}

panel_shows() {
    eventually shown_now "$1"
}

shown_now() {
    request "stdout?id=$(job_id)" | grep -F "$1"
}
