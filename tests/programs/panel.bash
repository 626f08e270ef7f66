# A job of crontab-ui's, a panel from npm, from its page to cron: for bats files that say where the
# panel runs. Its folder is $VOLUME/panel. Theirs are
#
#     request PATH [NAME=VALUE…]    as the panel's own pages (crontab-ui's public/js/script.js) ask it;
#                                   status 22 for an error's
#     crontab_now                   what its user's crontab is

# panel_settings FOLDER PORT: what the panel wants in its environment.
panel_settings() {
    PANEL_SETTINGS=(CRON_DB_PATH="$1" CRON_PATH="$1" HOST=127.0.0.1 PORT="$2" NO_COLOR=1)
}

create_job() {
    request save _id=-1 name=job "schedule=* * * * *" logging=true "command=$1"
}

save_crontab() {
    request "crontab?env_vars=PANEL%3Dyes"
}

# The panel gives each job an id, after which it names what the job has said.
job_id() {
    basename -s .stdout.log "$VOLUME"/panel/logs/*.stdout.log
}

# Bare, a job is made, but the crontab is not saved.
cannot_save() {
    create_job id
    run save_crontab
    [ "$status" -eq 22 ]
}

# The panel shows the job with this in its command, and what it saved is the user's crontab.
job_is_saved() {
    local crontab=$BATS_TEST_TMPDIR/crontab
    [[ $(request "") == *"$1"* ]]
    crontab_now >"$crontab"
    diff "$VOLUME/panel/crontab" "$crontab"
    grep "^\* \* \* \* \* .*$1" "$crontab"
    grep "^PANEL=yes" "$crontab"
}

# job_fires FOLDER UID: one that is made in the panel, which knows its folder by this name. Cron looks
# at the crontab once in a minute.
job_fires() {
    create_job "id; echo \$PANEL \$HOME; id >$1/fired"
    save_crontab
    job_is_saved "$1/fired"
    WAIT=65 eventually test -s "$VOLUME/panel/fired"
    [[ $(<"$VOLUME/panel/fired") == "uid=$2(u$2) gid=$2(u$2)"* ]]
}

# One that the panel stops is in the crontab no more.
stop_job() {
    request stop "_id=$(job_id)"
    save_crontab
    crontab_now >"$BATS_TEST_TMPDIR/crontab"
    run grep fired "$BATS_TEST_TMPDIR/crontab"
    [ "$status" -eq 1 ]
}
