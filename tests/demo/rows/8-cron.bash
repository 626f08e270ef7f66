title="Debian's cron: a job fires"
waits=yes
closed=/run
bare=("can't open or create /var/run/crond.pid")
shimmed=("^cron ran me at .* as uid=$uid\(u$uid\)")
try() {
    echo "* * * * * echo \"cron ran me at \$(date +\%T) as \$(id)\" >>$PWD/fired" >tab
    user crontab tab || true # bare, the daemon is to have its own say
    user cron
    within_two_minutes test -s fired
    cat fired
}
