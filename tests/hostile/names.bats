# A name that NSS knows is a name (R3), and a service that is away has not said that there is nobody (R4).

bats_require_minimum_version 1.5.0

setup() {
    load ../programs/common
    rm -rf /tmp/.qlshim-* /tmp/away /tmp/upper /tmp/work
}

teardown() {
    umount /etc/nsswitch.conf /var/lib/extrausers /var/spool/cron/crontabs 2>/dev/null || true
    umount -l "/usr/lib/$(uname -m)-linux-gnu" 2>/dev/null || true
}

# nsswitch SERVICES: users and groups are in the files and there.
nsswitch() {
    printf 'passwd: files %s\ngroup: files %s\n' "$1" "$1" >/tmp/nsswitch.conf
    mount --bind /tmp/nsswitch.conf /etc/nsswitch.conf
}

# A user whom only libnss-extrausers knows, and a spool that holds no crontab.
extrausers() {
    mkdir -p /tmp/extrausers /tmp/crontabs /var/lib/extrausers
    echo 'elsewhere:x:23456:23456::/tmp:/bin/sh' >/tmp/extrausers/passwd
    echo 'elsewhere:x:23456:' >/tmp/extrausers/group
    mount --bind /tmp/extrausers /var/lib/extrausers
    rm -f /tmp/crontabs/*
    chgrp crontab /tmp/crontabs
    chmod 1730 /tmp/crontabs
    mount --bind /tmp/crontabs /var/spool/cron/crontabs
    nsswitch extrausers
}

# The module, where every program finds it, also one that starts without LD_LIBRARY_PATH.
service_away() {
    local libraries=/usr/lib/$(uname -m)-linux-gnu
    gcc -Wall -Wextra -Werror -shared -fPIC -o /tmp/libnss_away.so.2 tests/hostile/away.c
    mkdir /tmp/upper /tmp/work
    mount -t overlay -o "lowerdir=$libraries,upperdir=/tmp/upper,workdir=/tmp/work" overlay "$libraries"
    cp /tmp/libnss_away.so.2 "$libraries"
    nsswitch away
    echo "$*" >/tmp/away
}

# All that a login sets.
logged_in() {
    as "$1" HOME=/tmp USER=elsewhere LOGNAME=elsewhere "${@:2}"
}

# Where `crontab -` writes to, started in every way: into the daemon's spool, by its set-gid bit.
installs() {
    local way tab='* * * * * true'
    for way in "dash -c" "bash -c" "/usr/bin/python3 -c" direct; do
        rm -f /tmp/crontabs/*
        rm -rf /tmp/.local
        case $way in
        */python3*) logged_in "$1" $way 'import subprocess; subprocess.run(["crontab", "-"], input=b"* * * * * true\n", check=True)' ;;
        direct) if [ "$1" = bare ]; then logged_in bare crontab - <<<"$tab"; else logged_in bare "$QLSHIM" exec -- crontab - <<<"$tab"; fi ;;
        *) logged_in "$1" $way 'crontab -; true' <<<"$tab" ;;
        esac
        [ "$(stat -c '%U %G' /tmp/crontabs/elsewhere)" = "elsewhere crontab" ] || fail "$way: not in the spool"
        [ ! -e /tmp/.local ] || fail "$way: elsewhere"
    done
}

@test "R3: a user whom only NSS knows, with HOME, USER and LOGNAME set, installs his crontab where the daemon reads" {
    extrausers
    [ "$(nameless id -un)" = elsewhere ]
    installs bare
    installs shimmed
    # He is no other after it, and in every program.
    [ "$(logged_in shimmed id)" = "$(logged_in bare id)" ]
    [ "$(logged_in shimmed getent passwd 23456)" = "elsewhere:x:23456:23456::/tmp:/bin/sh" ]
}

@test "R3: somebody whom NSS does not know either still has a crontab of his own" {
    extrausers
    : >/tmp/extrausers/passwd
    local way
    for way in dash bash; do
        rm -rf /tmp/.local
        run logged_in bare $way -c 'crontab -; true' <<<'* * * * * true'
        [[ $output == *"your UID isn't in the passwd file"* ]]
        run logged_in shimmed $way -c 'crontab - && crontab -l' <<<'* * * * * true'
        [ "$output" = '* * * * * true' ]
        [ -e /tmp/.local/state/qlshim/spool/crontabs/elsewhere ]
        [ -z "$(ls /tmp/crontabs)" ]
    done
    run logged_in bare "$QLSHIM" exec -- crontab -l
    [ "$output" = '* * * * * true' ]
}

@test "R3: the question leaves the program's children, signals and descriptors alone" {
    extrausers
    : >/tmp/extrausers/passwd
    local ask='
import os, signal, sys
signal.signal(signal.SIGCHLD, lambda *_: print("SIGCHLD", flush=True))
before = sorted(os.listdir("/proc/self/fd"))
try: os.execve("/usr/bin/crontab", ["crontab"] * 40000, {"A": "1" * 130000, "B": "2" * 130000})
except OSError as error: print(error.errno)
print(before == sorted(os.listdir("/proc/self/fd")))
try: os.waitpid(-1, 0)
except ChildProcessError: print("no child")'
    # No such length of arguments fits this stack: the exec fails, and the program goes on.
    run logged_in bare sh -c 'ulimit -s 256; exec /usr/bin/python3 -c "$1"' sh "$ask"
    [ "$output" = $'7\nTrue\nno child' ] || fail "$output"
    run logged_in shimmed sh -c 'ulimit -s 256; exec /usr/bin/python3 -c "$1"' sh "$ask"
    [ "$output" = $'7\nTrue\nno child' ] || fail "$output"
    # It was asked for there.
    logged_in shimmed strace -f -o /tmp/asked -e trace=execveat sh -c 'ulimit -s 256; exec /usr/bin/python3 -c "$1"' sh "$ask"
    grep -q 'execveat(AT_FDCWD, "/usr/bin/getent".* = 0' /tmp/asked
}

# In one process: who am I? until somebody knows, five times at most; then the name and its home.
asks() {
    as "$1" HOME=/tmp /usr/bin/python3 -c '
import grp, os, pwd, time
for attempt in range(5):
    try: print(pwd.getpwuid(os.getuid()).pw_name, grp.getgrgid(os.getgid()).gr_name, os.environ.get("USER")); break
    except KeyError: print("unknown")
print(pwd.getpwuid(os.getuid()).pw_dir)'
}

@test "R4: a service that is away once has not said that nobody has this name" {
    # UNAVAIL and TRYAGAIN, with the errno that glibc hands on: 2 ENOENT (nslcd), 11 EAGAIN, 111 ECONNREFUSED (sssd), 110 ETIMEDOUT.
    local state calls
    service_away 0 -1 2
    [ "$(asks bare)" = $'faraway faraway None\n/tmp/home-of-faraway' ]
    for state in "-1 2" "-1 111" "-2 11" "-2 110" "-1 5"; do
        for calls in 1 2 3; do
            echo "$calls $state" >/tmp/away
            run asks bare
            [[ $output == unknown*$'faraway faraway None\n/tmp/home-of-faraway' ]] || fail "bare, $calls $state: $output"
            run asks shimmed
            # The load and the first questions take the answers that say nothing.
            [ "${lines[-2]}" = "faraway faraway None" ] || fail "$calls $state: $output"
            [ "${lines[-1]}" = /tmp/home-of-faraway ]
        done
    done
    [ ! -e /tmp/.qlshim-23456 ]
}

@test "R4: as long as it is away nobody is renamed, and a crontab is nobody else's" {
    service_away 1000 -1 2
    run nameless id
    [ "$output" = "uid=23456 gid=23456 groups=23456" ]
    run shimmed id
    [ "$output" = "uid=23456 gid=23456 groups=23456" ]
    run nameless USER=faraway LOGNAME=faraway HOME=/tmp dash -c 'crontab -l; true'
    [[ $output == *"your UID isn't in the passwd file"* ]]
    run shimmed USER=faraway LOGNAME=faraway HOME=/tmp dash -c 'crontab -l; true'
    [[ $output == *"your UID isn't in the passwd file"* ]]
    # One who is not known once it is there is nameless as ever.
    echo "0 -1 2" >/tmp/away
    NAMELESS_UID=34567 run shimmed whoami
    [ "$output" = u34567 ]
}

@test "where a file and nsswitch.conf are missing, nobody is away" {
    # An image made from scratch: glibc says ENOENT of the file.
    mkdir -p /tmp/etc
    run unshare --mount bash -c 'mount --bind /tmp/etc /etc && "$@"' bash setpriv --reuid 23456 --regid 23456 \
        --clear-groups env -i PATH="$PATH" HOME=/ id
    [ "$output" = "uid=23456 gid=23456 groups=23456" ]
    run unshare --mount bash -c 'mount --bind /tmp/etc /etc && "$@"' bash setpriv --reuid 23456 --regid 23456 \
        --clear-groups env -i PATH="$PATH" HOME=/ LD_PRELOAD="$LIBRARY" id
    [ "$output" = "uid=23456(u23456) gid=23456(u23456) groups=23456(u23456)" ]
}
