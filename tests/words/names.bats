# qlshim explain's verdicts on what programs say of names, homes, privileges and crons, bare and shimmed.

setup() {
    load ../programs/common
    load ../programs/verdict
    LIMIT=60
    FOLDER=/tmp/nothing
    cd /
}

teardown() {
    end_programs
}

@test "homes: node, npm's cache, pip, gpg, git" {
    verdict works "uv_os_homedir returned ENOENT" env --unset=HOME node -e 'os.homedir()'
    install -d -m 755 /mnt/disk/home
    verdict mended "root-owned files" HOME=/mnt/disk/home npm --no-update-notifier cache verify
    verdict works "The directory '/.cache/pip' or its parent" sh -c 'python3 -m pip download --no-index -d /tmp none; true'
    verdict works "can't create directory '//.gnupg'" gpg -K
    verdict mended "its parent directory is not owned" HOME=/mnt/disk/home sh -c 'python3 -m pip download --no-index -d /tmp none; true'
    # It needs an address, too, where the host's name has no domain.
    verdict works "unable to auto-detect name" sh -c 'rm -rf /tmp/r && git init -q /tmp/r && cd /tmp/r && git -c user.email=a@b.c commit -q --allow-empty -m x'
    verdict helps "Please tell me who you are" sh -c 'rm -rf /tmp/r && git init -q /tmp/r && cd /tmp/r && git commit -q --allow-empty -m x'
}

@test "the shim's own words on QLSHIM_USER" {
    local explained said
    said=$(shimmed QLSHIM_USER=daemon id -un 2>&1)
    explain_said "is another user's name" "$said"
    [[ $explained == *"with qlshim:  see what to do"* ]]
}

@test "the shim's own words on its settings, and on a library that is not there or has a space in its path" {
    local explained said own=/mnt/disk/own
    said=$(shimmed QLSHIM_CRON=maybe id -un 2>&1)
    explain_said "qlshim: QLSHIM_" "$said"
    [[ $explained == *"with qlshim:  see what to do"* ]]
    said=$(shimmed QLSHIM_CRON=off id -un 2>&1)
    [ "$said" = u23456 ]
    mkdir -p "$own/with space"
    cp "$QLSHIM" $own
    cp "$LIBRARY" "$own/with space"
    said=$(nameless $own/qlshim exec -- id -un 2>&1) && fail "/usr/lib/libqlshim.so is installed here: $said"
    explain_said "libqlshim.so not found in" "$said"
    [[ $explained == *"with qlshim:  see what to do"*QLSHIM_LIBRARY* ]]
    said=$(nameless QLSHIM_LIBRARY="$own/with space/libqlshim.so" $own/qlshim exec -- id -un 2>&1) && fail "$said"
    explain_said "LD_PRELOAD cannot hold a path with a colon or a space" "$said"
    [[ $explained == *"with qlshim:  see what to do"*"without them"* ]]
    cp "$LIBRARY" $own
    said=$(nameless $own/qlshim exec -- id -un 2>&1)
    [ "$said" = u23456 ]
    rm -r $own
}

@test "Maven's repository that somebody named" {
    install -d -m 755 /mnt/disk/repository
    install -d /tmp/maven
    echo '<project><modelVersion>4.0.0</modelVersion><groupId>g</groupId><artifactId>a</artifactId><version>1</version></project>' >/tmp/maven/pom.xml
    verdict helps "Could not create local repository at" sh -c 'cd /tmp/maven && mvn --batch-mode --offline -Dmaven.repo.local=/mnt/disk/repository/r validate'
}

@test "what wants root: sudo, setpriv, gosu, useradd, mount, apt, ping" {
    verdict no "you do not exist in the passwd database" sudo -n true
    verdict no "setgroups failed: Operation not permitted" setpriv --clear-groups true
    verdict no "failed switching to" gosu nobody true
    verdict no "cannot lock /etc/passwd" useradd somebody
    verdict no "must be superuser to use mount" mount -t tmpfs none /tmp
    verdict no "Could not open lock file" apt-get -y install true
    verdict no "Operation not permitted" setpriv --no-new-privs ping -c 1 127.0.0.1
}

@test "chromium's sandbox" {
    local explained said
    said=$(timeout 60 chromium --headless --disable-gpu --dump-dom about:blank 2>&1) && fail "$said"
    explain_said "no-sandbox is not supported" "$said"
    [[ $explained == *"with qlshim:  out of its reach"* ]]
}

@test "Debian's cron and crontab: its pid file is taken, and what only root may" {
    local explained said
    shimmed QLSHIM_STATE=/tmp/state cron -f &
    eventually test -s /tmp/state/crond.pid
    said=$(shimmed QLSHIM_STATE=/tmp/state cron -f 2>&1) && fail "$said"
    explain_said "otherpid may be" "$said"
    [[ $explained == *"with qlshim:  out of its reach"* ]]
    end_programs
    # Its pid file is there for it: what comes next.
    mount -t tmpfs tmpfs /run
    install -m 666 /dev/null /run/crond.pid
    said=$(LIMIT=4 nameless cron -f 2>&1) || true
    umount /run
    explain_said "Operation not permitted" "$said"
    [[ $explained == *"with qlshim:  see what to do"* ]]
    echo '# nothing' >/tmp/tab
    said=$(setpriv --reuid daemon --regid daemon --clear-groups --no-new-privs crontab /tmp/tab 2>&1) && fail "$said"
    explain_said "mkstemp: Permission denied" "$said"
    [[ $explained == *"with qlshim:  it works"* ]]
    setpriv --reuid daemon --regid daemon --clear-groups --no-new-privs env LD_PRELOAD="$LIBRARY" QLSHIM_STATE=/tmp/state-of-daemon crontab /tmp/tab
    said=$(setpriv --reuid daemon --regid daemon --clear-groups crontab -u root -l 2>&1) && fail "$said"
    explain_said "must be privileged to use -u" "$said"
}

# job PASSWORD [SHADOW]: root's cron with a job of a user's whose line in passwd has that password; prints what it tells
# syslog, and what the job says. In a mount namespace of its own.
job() {
    export PASSWORD=$1 SHADOW=${2:-}
    unshare --mount bash -c '
        set -e
        work=$(mktemp -d)
        chmod 755 "$work" && cd "$work"
        cp /etc/passwd /etc/group /etc/shadow .
        echo "app:$PASSWORD:23456:23456::/tmp:/bin/sh" >>passwd
        [ -z "$SHADOW" ] || echo "$SHADOW" >>shadow
        mkdir -p spool/crontabs run dev
        echo "* * * * * echo ran as \$(id -u) >>$work/said" | install -o 23456 -m 600 /dev/stdin spool/crontabs/app
        cp -a /dev/null /dev/urandom dev/
        for file in passwd group shadow; do mount --bind $file /etc/$file; done
        mount --bind spool /var/spool/cron
        mount --bind run /run
        mount --bind dev /dev
        install -m 666 /dev/null said
        socat -u UNIX-RECV:/dev/log STDOUT >>said &
        timeout 64 env $LOADED cron -f >/dev/null 2>&1 || true
        cat said' 3>&-
}

@test "root's cron for a user whose line in passwd has none in shadow" {
    local explained
    LOADED= job x >/tmp/bare &
    LOADED="LD_PRELOAD=$LIBRARY" job x >/tmp/shimmed &
    LOADED= job '*' >/tmp/star &
    LOADED= job x 'app:*:19000::::::' >/tmp/shadow &
    wait
    explain_said "Authentication failure" "$(cat /tmp/bare)"
    [[ $explained == *"with qlshim:  see what to do"*/etc/shadow* ]]
    explain_said "could not obtain user info" "$(cat /tmp/bare)"
    ! grep "ran as 23456" /tmp/bare /tmp/shimmed || fail "it ran"
    grep -q "ran as 23456" /tmp/star
    grep -q "ran as 23456" /tmp/shadow
}

@test "busybox's crond: a job of its own user's" {
    local explained said busybox=${QLSHIM%/*}/busybox/busybox
    mkdir /tmp/tabs-{bare,shimmed}
    printf '%s\n' SHELL=/bin/sh '* * * * * echo ran as $(id -u) >/tmp/ran' | tee /tmp/tabs-{bare,shimmed}/nobody >/dev/null
    NAMELESS_UID=65534 LIMIT=64 nameless "$busybox" crond -f -d 8 -c /tmp/tabs-bare >/tmp/said 2>&1 &
    NAMELESS_UID=65534 LIMIT=64 shimmed "$busybox" crond -f -d 8 -c /tmp/tabs-shimmed >/tmp/said-shimmed 2>&1 || true
    wait
    said=$(cat /tmp/said)
    explain_said "can't set groups: Operation not permitted" "$said"
    [[ $explained == *"with qlshim:  see what to do"*Alpine* ]]
    ! grep "set groups" /tmp/said-shimmed || fail "it says so all the same"
    grep -qx "ran as 65534" /tmp/ran
}

@test "at" {
    verdict no "Cannot access user database" sh -c 'echo true | at now'
}
