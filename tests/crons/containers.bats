# Crons as the main process of real containers, as users without a name, one of group 0: cronie as Debian 13 has
# it, built with gcc, and with musl in a root like Alpine's, each without inotify and with it; cron as Debian 12, 13 and forky have it; each busybox in
# another layout; toybox; bcron, mcron and anacron, which have ways of their own. All live side by side, and each test takes them a step further, since jobs start at real
# minutes.

setup_file() {
    load ../containers/engine
    load ../containers/images
    . tests/crons/place.bash
    tests/busybox
    tests/bcron
    tests/crons/prepare
    start_engine
    local root
    # Without the system's own jobs, which are due at some minutes of the hour, and refused with a line each.
    for root in root-cronie root-cron root-forky root-12 root-mcron; do
        tar -C "$CRONS/$root" --exclude='./etc/cron.d/*' --exclude=./etc/crontab -c . | LIMIT=300 docker import - $root >/dev/null
    done
    build_from root-cronie cronie crond -n
    build_from root-cron debian13 cron -f
    build_from root-forky forky cron -f
    build_from root-12 debian12 cron -f
    build_from root-mcron mcron mcron
    build_built
    build_musl cronie-musl
    build_musl cronie-musl-inotify
    build_busybox hard build/busybox/busybox hard
    build_busybox busybox13 "$CRONS/busybox-trixie/busybox" symlinks
    build_busybox busybox14 "$CRONS/busybox-forky/busybox" bb
    cat >"$BATS_FILE_TMPDIR/crontab" <<'END'
* * * * * id >>"$HOME/fired"
@reboot id >>"$HOME/reboots"
END
}

teardown_file() {
    load ../containers/engine
    stop_engine
}

setup() {
    load ../containers/engine
}

# build_from ROOT IMAGE COMMAND…: the image is the root, with the library
build_from() {
    local context=$BATS_FILE_TMPDIR/$2
    mkdir -p "$context"
    cp "$LIBRARY" "$context"
    : >"$context/crontab"
    build_image "$2" "$context" <<END
FROM $1
COPY libqlshim.so /usr/lib/
COPY crontab /etc/crontab
ENV LD_PRELOAD=libqlshim.so
CMD $(printf '%s\n' "${@:3}" | sed 's/.*/"&"/' | paste -sd , | sed 's/.*/[&]/')
END
}

# What this machine's gcc built is at home in Debian 12. Without cron.deny cronie lets root alone use crontab.
build_built() {
    local files=$BATS_FILE_TMPDIR/built
    mkdir "$files"
    install -m 4755 "$CRONS/cronie-glibc/crontab" "$files"
    install "$CRONS"/cronie-glibc/crond "$CRONS/toybox/toybox" "$files"
    cp -r build/bcron/usr "$files/bcron"
    install -D -t "$files/bcron/bin" "$(command -v unixserver)"
    install -D -t "$files/bcron/lib" /usr/lib/libbg.so.2 /usr/lib/*/libbg.so.2 2>/dev/null || true
    install -D -m 4755 "$CRONS/cronie-glibc-inotify/crontab" "$files/inotify/crontab"
    install "$CRONS/cronie-glibc-inotify/crond" "$files/inotify"
    : >"$files/cron.deny"
    build_image built "$files" <<'END'
FROM root-mcron
COPY cron.deny /etc/
COPY crond crontab toybox /usr/local/bin/
COPY bcron /usr/
COPY inotify /inotify
RUN mkdir /toys && ln -s /usr/local/bin/toybox /toys/crond && ln -s /usr/local/bin/toybox /toys/crontab
END
    build_from built cronie-gcc crond -n
    build_from built cronie-gcc-inotify /inotify/crond -n
    build_from built toybox /toys/crond -f -l 0 -L /dev/stderr
    build_from built bcron bcron-start
}

# empty_root ROOT: what is there for nobody to write
empty_root() {
    busybox_root "$1"
    mkdir -p "$1"/run "$1"/var/spool/cron
    ln -s ../run "$1/var/run"
    : >"$1/etc/cron.deny"
}

# build_root IMAGE COMMAND…: of the root that lies in its context
build_root() {
    local context=$BATS_FILE_TMPDIR/$1
    pack_root "$context"
    docker import - "$1-root" <"$context/root.tar" >/dev/null
    build_from "$1-root" "$@"
}

# build_musl IMAGE: of the cron that has its name
build_musl() {
    local root=$BATS_FILE_TMPDIR/$1/root
    empty_root "$root"
    rm "$root"/bin/cron*
    install -D "$CRONS/$1/crond" "$root/usr/sbin/crond"
    install -m 4755 "$CRONS/$1/crontab" "$root/usr/bin/crontab"
    build_root "$1" crond -n
}

# build_busybox IMAGE FILE LAYOUT
build_busybox() {
    local root=$BATS_FILE_TMPDIR/$1/root applet
    empty_root "$root"
    install "$2" "$root/bin/busybox"
    for applet in "$root"/bin/*; do
        case $3 in
        hard) [ ! -L "$applet" ] || ln -f "$root/bin/busybox" "$applet" ;;
        bb) [ ! -L "$applet" ] || ln -sf bb "$applet" ;;
        esac
    done
    case $3 in
    hard) rm "$root/bin/busybox" ;;
    bb) mv "$root/bin/busybox" "$root/bin/bb" ;;
    esac
    build_root "$1" crond -f -d 8
}

IMAGES="cronie cronie-gcc cronie-gcc-inotify cronie-musl cronie-musl-inotify debian12 debian13 forky hard busybox13 busybox14 toybox"
CONTAINERS=$(printf '%s-own\n%s-0\n' $(for image in $IMAGES; do echo $image $image; done))
# Those that know @reboot.
REBOOT="cronie cronie-gcc cronie-gcc-inotify cronie-musl cronie-musl-inotify debian12 debian13 forky busybox14"

ids_of() {
    case $1 in
    *-own) echo 12345:12345 ;;
    *-0) echo 12345:0 ;;
    esac
}

# The folder of its crontab, where that is not found by PATH.
crontab_of() {
    case $1 in
    toybox*) echo /toys/crontab ;;
    cronie-gcc-inotify*) echo /inotify/crontab ;;
    *) echo crontab ;;
    esac
}

in_home() {
    docker exec "$1" sh -c "cat \"\$HOME/$2\" 2>/dev/null"
}

# Waits for a line in a file that a job writes: the next minute, and some.
writes() {
    local tries=100
    until in_home "$1" "$2" >"$BATS_TEST_TMPDIR/job" && [ -s "$BATS_TEST_TMPDIR/job" ]; do
        sleep 1
        [ $((tries -= 1)) -gt 0 ] || { docker logs "$1"; fail "$1: nothing in $2"; }
    done
    ! grep -vE "^uid=12345\(u12345\) gid=$(ids_of "$1" | cut -d: -f2)\(" "$BATS_TEST_TMPDIR/job" || false
}

# bare IMAGE [COMMAND…]: without the shim it ends at once
bare() {
    LIMIT=60 run docker run --rm --network none --user 12345:12345 --env LD_PRELOAD= "$@"
    [ "$status" -ne 0 ]
    [ "$status" -ne 124 ]
}

@test "bare, each refuses" {
    local image
    for image in $IMAGES; do
        bare $image
        [[ $output == *"can't open or create "*"crond.pid: Permission denied"* || $output == *"can't change directory to '/var/spool/cron/crontabs'"* ||
            $output == *"Not root"* ]] || fail "$image: $output"
        bare $image sh -c "$(crontab_of $image) -l"
        [[ $output == *"your UID isn't in the passwd file"* || $output == *"must be suid to work properly"* ||
            $output == *"No uid 12345"* || $output == *"bad uid"* ]] || fail "$image: $output"
    done
}

@test "the daemon is process 1, and a crontab that comes later is installed and listed" {
    local container
    for container in $CONTAINERS; do
        docker run --detach --name $container --network none --user "$(ids_of $container)" "${container%-*}"
    done
    for container in $CONTAINERS; do
        docker exec --interactive $container sh -c "mkdir -p ~/.cache; $(crontab_of $container) -" <"$BATS_FILE_TMPDIR/crontab"
        docker exec $container sh -c "$(crontab_of $container) -l" | grep -v '^#' | diff "$BATS_FILE_TMPDIR/crontab" -
    done
}

@test "its job is the user, by name, and the log has nothing to complain of" {
    local container
    for container in $CONTAINERS; do
        writes $container fired
        [ -z "$(in_home $container reboots)" ]
        run docker logs $container
        [[ $output != *ORPHAN* && $output != *mtime* && $output != *qlshim:* ]] || fail "$output"
    done
}

@test "a second user without a name has his own daemon and crontab in the same container" {
    local image container daemon
    for image in $IMAGES; do
        container=$image-own
        daemon=$(docker inspect --format '{{join .Config.Cmd " "}}' $container)
        echo '* * * * * id >>/tmp/second' | docker exec --interactive --user 23456:0 $container \
            sh -c "mkdir -p ~/.cache; $(crontab_of $image) -; $(crontab_of $image) -l" | grep 'id >>/tmp/second'
        docker exec --detach --user 23456:0 $container sh -c "exec $daemon"
    done
    for image in $IMAGES; do
        container=$image-own
        WAIT=100 eventually docker exec $container sh -c '[ -s /tmp/second ]' || fail "$container: nothing of the second user's"
        [[ $(docker exec $container cat /tmp/second) == "uid=23456(u23456) gid=0("* ]]
        # The first user's go on, and are his.
        writes $container fired
        ! in_home $container fired | grep 23456 || false
    done
}

@test "crontab -e, by a script as EDITOR and by one that makes another file, and what is refused" {
    local container crontab
    for container in $CONTAINERS; do
        crontab=$(crontab_of $container)
        # Crontabs compare whole seconds.
        docker exec $container sh -c "printf '#!/bin/sh\nsleep 1.1; echo \"5 5 5 5 5 edited\" >>\"\$1\"\n' >/tmp/append
            printf '#!/bin/sh\nsleep 1.1; { cat \"\$1\"; echo \"6 6 6 6 6 twice\"; } >\"\$1.x\"; mv \"\$1.x\" \"\$1\"\n' >/tmp/exchange; chmod 755 /tmp/append /tmp/exchange
            EDITOR=/tmp/append $crontab -e; VISUAL=/tmp/exchange $crontab -e"
        docker exec $container sh -c "$crontab -l" | grep -v '^#' | diff <(cat "$BATS_FILE_TMPDIR/crontab"; printf '%s\n' '5 5 5 5 5 edited' '6 6 6 6 6 twice') - || fail "$container"
        run docker exec $container sh -c "EDITOR=/none timeout 20 $crontab -e"
        [ "$status" -ne 124 ] && [ "$status" -ne 143 ] || fail "$container hangs after an editor that is not there"
    done
    for container in $CONTAINERS; do
        [[ $container != hard* && $container != busybox* ]] || continue # which takes what it does not understand
        run docker exec $container sh -c "echo '99 * * * * true' | $(crontab_of $container) -"
        [ "$status" -ne 0 ]
        docker exec $container sh -c "$(crontab_of $container) -l" | grep -q twice
    done
}

@test "docker stop ends it, and started again it runs what is to run at the start, once" {
    local container
    for container in $CONTAINERS; do
        LIMIT=90 docker stop --time 60 $container
        [ "$(docker inspect --format '{{.State.ExitCode}}' $container)" != 137 ]
        docker start $container
    done
    for container in $CONTAINERS; do
        [[ " $REBOOT " != *" ${container%-*} "* ]] || writes $container reboots
    done
    for container in $CONTAINERS; do
        [ "$(in_home $container reboots | wc -l)" -le 1 ] || fail "$container: twice"
    done
}

# Each is told of its jobs in its own way.
@test "bcron and mcron run a job in the next minute, and end by docker stop" {
    local container
    bare bcron
    [[ $output == *"Could not look up cron user"* ]]
    bare mcron sh -c 'mkdir -p /tmp/home/.config/cron && cd /tmp/home && HOME=$PWD XDG_CONFIG_HOME=$PWD/.config LC_ALL=C exec mcron'
    [[ $output == *"In procedure getpw"* ]] || fail "$output"
    for container in bcron-own bcron-0; do
        docker run --detach --name $container --network none --user "$(ids_of $container)" --env BCRON_USER=u12345 --env BCRON_SOCKET=/tmp/spool \
            bcron sh -c 'mkdir -p ~/.cache; unixserver $BCRON_SOCKET bcron-spool & exec bcron-start'
        WAIT=20 eventually docker exec $container test -S /tmp/spool
        docker exec $container sh -c 'echo "* * * * * id >>\"\$HOME/fired\"" >/tmp/tab; bcrontab /tmp/tab; bcrontab -l | cmp - /tmp/tab'
    done
    for container in mcron-own mcron-0; do
        # It leaves SIGTERM to the kernel, which does nothing to process 1: root's does, too.
        docker run --detach --init --name $container --network none --user "$(ids_of $container)" mcron \
            sh -c 'mkdir -p ~/.config/cron; echo "* * * * * id >>\"\$HOME/fired\"" >~/.config/cron/job.vixie; exec mcron'
    done
    for container in {bcron,mcron}-{own,0}; do
        writes $container fired
        LIMIT=90 docker stop --time 60 $container
        [ "$(docker inspect --format '{{.State.ExitCode}}' $container)" != 137 ] || fail "$container did not end"
    done
}

@test "anacron runs a job once a day, and cron's init script starts, stops and starts again a daemon" {
    local anacron='cd; printf "1 0 daily id >>%s/daily\n" "$PWD" >tab; anacron -d -n -t tab; anacron -d -n -t tab; cat daily'
    # A script may end before the daemon has done what it was told: what it says is asked for until it is so.
    local script='becomes() { for i in 1 2 3 4 5 6 7 8 9; do said=$(/etc/init.d/cron status); [ $? = $1 ] && break; sleep 1; done; }
        for word in start restart stop; do
            /etc/init.d/cron $word; echo "$word: $?"
            if [ $word = stop ]; then becomes 3; else becomes 0; fi
            echo "$said"
        done'
    bare debian13 sh -c "HOME=/tmp; $anacron"
    [[ $output != *uid=12345* ]]
    run docker run --rm --network none --user 12345:0 debian13 sh -c "$anacron"
    [ "$(grep -c '^uid=12345(u12345) gid=0(root)' <<<"$output")" -eq 1 ] || fail "$output"
    run docker run --rm --network none --user 12345:12345 --env LD_PRELOAD= debian13 sh -c "$script"
    [[ $output == *"crond.pid: Permission denied"*"start: 0"*"cron is not running"* && $output != *"cron is running"* ]] || fail "$output"
    run docker run --rm --network none --user 12345:12345 debian13 sh -c "$script"
    [[ $output == *"start: 0"*"cron is running"*"restart: 0"*"cron is running"*"stop: 0"*"cron is not running"* && $output != *Permission* ]] ||
        fail "$output"
}
