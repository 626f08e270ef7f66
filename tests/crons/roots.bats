# In roots of Debian, as users without a name: the init scripts of cron and cronie and `service`, whose daemon, in the
# background, runs the jobs, anacron with its own spool, and mcron, whose daemon is a user's own and only wants a name.

setup_file() {
    load ../programs/common
    tests/crons/prepare root-cronie root-cron root-forky root-12 root-mcron
}

setup() {
    load ../programs/common
    load ../programs/cron
    load fast
    . tests/crons/crons.bash
    . tests/crons/scripts.bash
    mkdir -p -m 1777 /tmp/out
    FILES="" SETTINGS=() USER_ID=23456 GROUP_ID=23456 NAMELESS_UID=23456
    OUT=/tmp/out/$BATS_TEST_NUMBER
    mkdir -m 1777 "$OUT"
}

teardown() {
    end_programs
}

# enter ROOT: a copy of it
enter() {
    CASE=$1-$BATS_TEST_NUMBER ROOT=$1
    enter_root
}

# by_script ROOT SCRIPT DAEMON
by_script() {
    local output script FAST
    enter "$1"
    output=$(as bare "/etc/init.d/$2 start" || true)
    sleep 1
    no_daemons "$3" || fail "bare, it starts: $output"
    place_clocks
    fast_settings "$2"
    for script in "/etc/init.d/$2" "service $2"; do
        rm -f "$OUT/fired"
        SETTINGS=("${FAST[@]}")
        shimmed "echo '* * * * * id >>$OUT/fired' | crontab -; $script start"
        SETTINGS=()
        # In a real minute where it is service, which hands nothing on.
        WAIT=75 eventually test -s "$OUT/fired" || fail "the daemon that $script starts runs no jobs"
        grep -q '^uid=23456(u23456) ' "$OUT/fired"
        shimmed "$script stop"
        eventually no_daemons "$3"
        script_works shimmed "$script" "$3"
    done
}

@test "Debian 12's cron by its init script and service" {
    by_script root-12 cron cron
}

@test "Debian 13's cron by its init script and service" {
    by_script root-cron cron cron
}

@test "forky's cron by its init script and service" {
    by_script root-forky cron cron
}

@test "cronie by Debian 13's init script and service" {
    by_script root-cronie cronie crond
}

@test "cronie's cronnext tells of the user's jobs" {
    local output
    enter root-cronie
    output=$(as bare 'echo "7 7 7 7 * echo mine" | crontab -; cronnext -s -c' || true)
    [[ $output == *"UID isn't in the passwd file"* && $output != *"echo mine"* ]] || fail "$output"
    output=$(shimmed 'echo "7 7 7 7 * echo mine" | crontab -; cronnext -s -c')
    [[ $output == *"user: \"u23456\""*'cmd: "echo mine"'* ]] || fail "$output"
}

@test "anacron 2.3 keeps its time stamps in the state folder, and runs a job once a day" {
    enter root-cron
    printf 'SHELL=/bin/sh\n1 0 daily id >>%s/daily\n' "$OUT" >"$OUT/tab"
    output=$(as bare "anacron -d -n -t $OUT/tab" || true)
    [[ $output == *"an't"*"/var/spool/anacron"* || $output == *"an't open timestamp"* ]] || fail "$output"
    [ ! -e "$OUT/daily" ]
    shimmed "anacron -d -n -t $OUT/tab; anacron -d -n -t $OUT/tab"
    [ "$(grep -c '^uid=23456(u23456)' "$OUT/daily")" -eq 1 ]
    [ -s /tmp/.qlshim-23456/home/.local/state/qlshim/anacron/daily ]
}

@test "mcron 1.0.8 runs a job in the next minute" {
    enter root-mcron
    output=$(as bare "mkdir -p /tmp/bare/cron; echo '* * * * * true' >/tmp/bare/cron/job.vixie
        LC_ALL=C HOME=/tmp/bare XDG_CONFIG_HOME=/tmp/bare timeout 50 mcron" || true)
    [[ $output == *"In procedure getpw"* ]] || fail "$output"
    shimmed "mkdir -p ~/.config/cron; echo '* * * * * id >>$OUT/fired' >~/.config/cron/job.vixie"
    LIMIT=90 shimmed "exec mcron" >"$OUT/log" 2>&1 3>&- &
    WAIT=70 eventually test -s "$OUT/fired" || { cat "$OUT/log"; fail "it did not fire"; }
    grep -q '^uid=23456(u23456)' "$OUT/fired"
}
