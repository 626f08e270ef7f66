# The ways in which a cron may be started, by users without a name: by another name, another argv[0], a link of
# links, a wrapper, a loader, PATH with relative folders. Time runs thirty times as fast.

setup_file() {
    load common
    tests/busybox
}

setup() {
    load common
    load cron
    prepare_cron
    FILES="/tmp/out/own files"
    mkdir -m 755 "$FILES"
    BUSYBOX_CLOCK=(LD_PRELOAD="$PROBES/clock-musl.so:$LIBRARY" CLOCK_OFFSET=/dev/null)
    SEARCH=/usr/bin:/bin:/usr/sbin
}

teardown() {
    end_cron
}

# Bare a command ends at once with this message.
refuses() {
    local output status
    LIMIT=5 SHIM=bare SETTINGS=(DUMMY=1) run shell "cd '$FILES'; $1"
    [ "$status" -ne 0 ] && [ "$status" -ne 124 ] || fail "bare, $1: status $status, $output"
    [[ $output == *$2* ]] || fail "bare, $1 said: $output"
}

# The daemon that this command starts runs the job that is there, as the user.
runs() {
    rm -f /tmp/out/fired
    shell "cd '$FILES'; $1" >/tmp/out/log 2>&1 &
    WAIT=20 eventually test -s /tmp/out/fired || { cat /tmp/out/log; fail "not fired by: $1"; }
    end_programs
    wait $! || true
    grep -q '^uid=23456(u23456) ' /tmp/out/fired
}

# installs CRONTAB: this command does, and lists what it has installed.
installs() {
    run shell "cd '$FILES'; echo '* * * * * id >>/tmp/out/fired # $1' | { $1 -; }; $1 -l"
    [[ $output == *"id >>/tmp/out/fired # $1"* ]] || fail "not installed by: $1: $output"
}

# With an empty argv[0] Debian's runs no job, root's neither.
@test "Debian's cron: another argv[0], a loader, links of links, a relative PATH, a wrapper" {
    local way
    faked
    ln -s /usr/sbin/cron "$FILES/cron"
    ln -s cron "$FILES/one"
    ln -s one "$FILES/crond"
    printf '#!/bin/sh\nexec /usr/sbin/cron "$@"\n' >"$FILES/wrapper"
    mkdir "$FILES/bin"
    printf '#!/bin/sh\n# a wrapper of its name\nexec /usr/sbin/cron "$@"\n' >"$FILES/bin/cron"
    chmod 755 "$FILES/wrapper" "$FILES/bin/cron"
    installs crontab
    for way in 'exec -a anything cron -f' "/lib64/ld-linux-x86-64.so.2 /usr/sbin/cron -f" \
        './crond -f' 'PATH=.:$PATH; crond -f' './wrapper -f' 'bin/cron -f' 'PATH=bin:$PATH; cron -f' \
        "exec env -i LD_PRELOAD=$FAKETIME_LIBRARY FAKETIME='+0 x30' FAKETIME_DONT_FAKE_MONOTONIC=1 /usr/sbin/cron -f" 'setsid -w nohup cron -f' 'cd /; exec ../../usr/sbin/cron -f'; do
        refuses "$way" "/var/run/crond.pid: Permission denied"
        runs "$way"
    done
}

@test "cronie's crond, of glibc and musl: another argv[0], a loader, links of links, a relative PATH, wrappers; its set-id crontab" {
    local cron way loader
    load ../crons/fast
    tests/crons/prepare cronie-glibc cronie-musl
    place_crons
    open_cron_deny
    mkdir "$FILES/bin"
    printf '#!/bin/sh\nexec ../own\\ files/crond "$@"\n' >"$FILES/bin/crond"
    printf '#!/bin/sh\nexec "/tmp/out/own files/crontab" "$@"\n' >"$FILES/bin/crontab"
    chmod 755 "$FILES"/bin/*
    ln -s real "$FILES/one"
    ln -s one "$FILES/crond"
    for cron in cronie-glibc cronie-musl; do
        loader=/lib64/ld-linux-x86-64.so.2
        [ $cron = cronie-glibc ] || loader=/lib/ld-musl-x86_64.so.1
        cp /tmp/out/$cron/crond "$FILES/real"
        cp /tmp/out/$cron/crontab "$FILES/crontab"
        SETTINGS=()
        for way in ./crontab bin/crontab; do
            installs "$way"
        done
        chmod 4755 "$FILES/crontab"
        installs ./crontab
        fast_settings $cron
        SETTINGS=("${FAST[@]}")
        for way in './crond -n' 'exec -a anything ./crond -n' "$loader ./crond -n" 'PATH=.:$PATH; crond -n' \
            'bin/crond -n' 'PATH=bin:$PATH; crond -n' 'nohup setsid -w ./crond -n' 'cd bin; ../crond -f' './crond -n -i'; do
            refuses "$way" "crond.pid: Permission denied"
            runs "$way"
        done
    done
    close_cron_deny
}

@test "busybox's crond: names with spaces, argv[0], links of links, wrappers, a loader, a relative PATH" {
    local way
    SETTINGS=("${BUSYBOX_CLOCK[@]}")
    install build/busybox/busybox "$FILES/busybox of mine"
    ln -s "busybox of mine" "$FILES/busybox"
    ln -s busybox "$FILES/one"
    ln -s one "$FILES/crond"
    ln -s one "$FILES/crontab"
    mkdir "$FILES/bin"
    # Scripts of busybox's shell, which is not what they are called.
    install build/busybox/busybox /tmp/out/sh
    printf '#!/tmp/out/sh\nexec "/tmp/out/own files/busybox" crond "$@"\n' >"$FILES/bin/crond"
    printf '#!/tmp/out/sh\nexec "/tmp/out/own files/busybox" crontab "$@"\n' >"$FILES/bin/crontab"
    chmod 755 "$FILES"/bin/*
    for way in ./crontab bin/crontab './busybox crontab'; do
        installs "$way"
    done
    for way in ./crond '"./busybox of mine" crond' './busybox crond' 'exec -a crond "./busybox of mine"' \
        'exec -a busybox "./busybox of mine" crond' 'exec -a /x/crond ./busybox' 'exec -a -crond ./busybox' \
        'PATH=.:$PATH; crond' bin/crond 'PATH=bin:$PATH; crond' 'nohup setsid -w ./crond' \
        '/lib/ld-musl-x86_64.so.1 ./crond' '/lib/ld-musl-x86_64.so.1 ./busybox crond' \
        '/lib/ld-musl-x86_64.so.1 --argv0 crond ./busybox' \
        "./busybox env -i LD_PRELOAD=$PROBES/clock-musl.so ./crond"; do
        refuses "$way -f -d 8" "can't change directory to '/var/spool/cron/crontabs'"
        runs "$way -f -d 8"
    done
}
