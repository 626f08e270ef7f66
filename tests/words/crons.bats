# qlshim explain's verdicts on what crons say, and on what the shim says of them; names.bats has those of names and homes.

setup() {
    load ../programs/common
    load ../programs/verdict
    load ../programs/cron
    LIMIT=30
    FOLDER=/tmp/nothing
    prepare_cron
}

teardown() {
    end_cron
}

# An /etc of the test's own, above the machine's.
own_etc() {
    mkdir /tmp/out/etc
    mount -t tmpfs tmpfs /tmp/out/etc
    mkdir /tmp/out/etc/{upper,work}
    mount -t overlay -o lowerdir=/etc,upperdir=/tmp/out/etc/upper,workdir=/tmp/out/etc/work overlay /etc
}

@test "Debian's own busybox has no crond: what has one is said, and runs" {
    local busybox=$PWD/build/busybox-dynamic/bin/busybox
    verdict no "crond: applet not found" "$busybox" crond -f
    verdict no "crontab: applet not found" "$busybox" crontab -l
    shell "echo '* * * * * true' | crontab - && crontab -l" | grep -x '\* \* \* \* \* true'
}

# What root's cron tells syslog of a crontab, and what the nameless user's own daemon tells standard error.
@test "a crontab of a name that the system does not know: its own user's is run" {
    local explained
    unshare --mount bash -c '
        mkdir -p /tmp/orphan/{spool/crontabs,run,dev}
        echo "* * * * * true" | install -m 600 /dev/stdin /tmp/orphan/spool/crontabs/u23456
        cp -a /dev/null /dev/urandom /tmp/orphan/dev
        mount --bind /tmp/orphan/spool /var/spool/cron
        mount --bind /tmp/orphan/run /run
        mount --bind /tmp/orphan/dev /dev
        socat -u UNIX-RECV:/dev/log STDOUT >/tmp/orphan/said &
        until [ -S /dev/log ]; do sleep 0.1; done
        timeout 8 cron -f || true' 3>&- >/dev/null 2>&1
    explain_said "ORPHAN (no passwd entry)" "$(cat /tmp/orphan/said)"
    [[ $explained == *"with qlshim:  see what to do"* ]]
    faked
    shell "echo '* * * * * echo x >>/tmp/out/ran' | crontab -"
    start_daemon 'cron -f'
    fires /tmp/out/ran 30
    ! grep ORPHAN /tmp/out/log || fail "it says so all the same"
}

@test "cron.allow without the user, and a cron.deny that he cannot read" {
    own_etc
    local said explained
    echo root >/etc/cron.allow
    said=$(shell "echo '* * * * * true' | crontab -" 2>&1) && fail "$said"
    explain_said "are not allowed to use this program (crontab)" "$said"
    [[ $explained == *"with qlshim:  out of its reach"*/etc/cron.allow* ]]
    echo u23456 >>/etc/cron.allow
    shell "echo '* * * * * true' | crontab - && crontab -l" | grep -x '\* \* \* \* \* true'
    rm /etc/cron.allow
    install -m 600 /dev/null /etc/cron.deny
    said=$(shell "crontab -l" 2>&1) || true
    explain_said "cannot be read by this user, so crontab refuses" "$said"
    [[ $explained == *"with qlshim:  out of its reach"*"chmod 644"* ]]
    chmod 644 /etc/cron.deny
    shell "crontab -l" | grep -x '\* \* \* \* \* true'
    umount /etc /tmp/out/etc
}

@test "the shim's own words: jobs of others, of no program, and where files cannot be kept" {
    local said explained
    mkdir /tmp/out/cron.d
    echo '* * * * * root touch /tmp/out/root' >/tmp/out/cron.d/others
    mount --bind /tmp/out/cron.d /etc/cron.d
    faked
    shell "printf 'SHELL=/none\n* * * * * true\n' | crontab -"
    start_daemon 'cron -f'
    WAIT=40 eventually grep -q 'a cron job could not be started' /tmp/out/log
    WAIT=40 eventually grep -q 'is not run' /tmp/out/log
    explain_said "a cron job of user root is not run" "$(cat /tmp/out/log)"
    [[ $explained == *"with qlshim:  out of its reach"*"own crontab"* ]]
    explain_said "a cron job could not be started" "$(cat /tmp/out/log)"
    [[ $explained == *"with qlshim:  out of its reach"*"SHELL in the crontab"* ]]
    [ ! -e /tmp/out/root ]
    # As they say to do.
    end_cron
    rm /tmp/out/cron.d/others
    shell "printf 'SHELL=/bin/sh\n* * * * * echo x >>/tmp/out/mine\n' | crontab -"
    start_daemon 'cron -f' 'Skipping @reboot jobs'
    : >/tmp/out/log
    fires /tmp/out/mine 30
    ! grep 'qlshim:' /tmp/out/log || fail "it says so all the same"
    umount /etc/cron.d
    SETTINGS=(QLSHIM_STATE=/proc/none)
    said=$(shell 'crontab -l' 2>&1) || true
    explain_said "cannot keep cron's files in" "$said"
    [[ $explained == *"with qlshim:  see what to do"*QLSHIM_STATE* ]]
    SETTINGS=(QLSHIM_STATE=/tmp/out/state)
    said=$(shell "echo '* * * * * true' | crontab - && crontab -l" 2>&1)
    [ "$said" = '* * * * * true' ]
}

@test "the shim's own words: a user with a name, whose crontab is root's cron's" {
    local said explained named=(timeout -k 2 3 setpriv --reuid daemon --regid daemon --clear-groups
        env -i PATH=/usr/bin:/bin:/usr/sbin HOME=/tmp/out LD_PRELOAD="$LIBRARY")
    said=$("${named[@]}" cron -f 2>&1 3>&-) || true
    explain_said "but crontab of a user with a name writes to /var/spool/cron/crontabs" "$said"
    [[ $explained == *"with qlshim:  see what to do"*QLSHIM_STATE* ]]
    said=$("${named[@]}" QLSHIM_STATE=/tmp/out/state cron -f 2>&1 3>&-) || true
    [[ $said != *"but crontab"* ]] || fail "$said"
}
