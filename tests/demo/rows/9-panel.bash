title="crontab-ui, a panel from npm: a job made in it fires"
waits=yes
bare=("your UID isn't in the passwd file")
shimmed=("^cron ran the panel's job as uid=$uid\(u$uid\)")
try() {
    local port
    port=$(node -p 'const s = net.createServer().listen(0); s.unref(); s.address().port')
    mkdir -m 777 panel
    LIMIT=150 user HOST=127.0.0.1 PORT="$port" CRON_DB_PATH="$PWD/panel" CRON_PATH="$PWD/panel" node "$PANEL" &
    within_two_minutes request

    # As its buttons do: a new job, and `Save to crontab`.
    request save --data _id=-1 --data name=job --data-urlencode "schedule=* * * * *" \
        --data-urlencode "command=echo \"cron ran the panel's job as \$(id)\" >>$PWD/fired"
    request "crontab?env_vars="
    user cron
    within_two_minutes test -s fired
    cat fired
}
request() {
    curl -fsS --noproxy '*' --max-time 10 "http://127.0.0.1:$port/${1:-}" "${@:2}"
}
