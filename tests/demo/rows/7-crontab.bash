title="crontab: install a job, list it"
bare=("your UID isn't in the passwd file")
shimmed=("^30 4 \* \* 1 make backup")
try() {
    echo '30 4 * * 1 make backup' >tab
    user crontab tab
    user crontab -l
}
