# Crons as the main process of real containers, as users without a name, one of group 0: cronie as Debian 13
# has it, cron as forky has it, and a busybox of hard links, as the official image has them. All live side by
# side, and each test takes them a step further, since jobs start at real minutes.

setup_file() {
    load ../containers/engine
    load ../containers/images
    . tests/crons/place.bash
    tests/busybox
    tests/crons/prepare root-cronie root-forky
    start_engine
    build_from_root cronie root-cronie '"crond", "-n"'
    build_from_root forky root-forky '"cron", "-f"'
    build_hard_links
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

# build_from_root IMAGE ROOT COMMAND
build_from_root() {
    local context=$BATS_FILE_TMPDIR/$1
    mkdir "$context"
    tar -C "$CRONS/$2" -c . | LIMIT=300 docker import - "$2" >/dev/null
    cp "$LIBRARY" "$context"
    build_image "$1" "$context" <<END
FROM $2
COPY libqlshim.so /usr/lib/
ENV LD_PRELOAD=libqlshim.so
CMD [$3]
END
}

build_hard_links() {
    local context=$BATS_FILE_TMPDIR/hard applet
    busybox_root "$context/root"
    for applet in "$context"/root/bin/*; do
        [ ! -L "$applet" ] || ln -f "$context/root/bin/busybox" "$applet"
    done
    rm "$context/root/bin/busybox"
    pack_root "$context"
    build_image hard "$context" <<'END'
FROM scratch
ADD root.tar /
ENV LD_PRELOAD=libqlshim.so
CMD ["crond", "-f", "-d", "8"]
END
}

IMAGES="cronie forky hard"
CONTAINERS="cronie-own cronie-0 forky-own forky-0 hard-own hard-0"

ids_of() {
    case $1 in
    *-own) echo 12345:12345 ;;
    *-0) echo 12345:0 ;;
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

@test "bare, each refuses" {
    local image
    for image in $IMAGES; do
        LIMIT=20 run docker run --rm --network none --user 12345:12345 --env LD_PRELOAD= $image
        [ "$status" -ne 0 ]
        [ "$status" -ne 124 ]
        [[ $output == *"can't open or create "*"crond.pid: Permission denied"* || $output == *"can't change directory to '/var/spool/cron/crontabs'"* ]] || fail "$image: $output"
        LIMIT=20 run docker run --rm --network none --user 12345:12345 --env LD_PRELOAD= $image sh -c 'crontab -l'
        [[ $output == *"your UID isn't in the passwd file"* || $output == *"must be suid to work properly"* ]]
    done
}

@test "the daemon is process 1, and a crontab that comes later is installed and listed" {
    local container
    for container in $CONTAINERS; do
        docker run --detach --name $container --network none --user "$(ids_of $container)" "${container%-*}"
    done
    for container in $CONTAINERS; do
        docker exec --interactive $container sh -c 'mkdir -p ~/.cache; crontab -' <"$BATS_FILE_TMPDIR/crontab"
        docker exec $container sh -c 'crontab -l' | grep -v '^#' | diff "$BATS_FILE_TMPDIR/crontab" -
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

@test "docker stop ends it, and started again it runs what is to run at the start" {
    local container before
    for container in $CONTAINERS; do
        before=$SECONDS
        docker stop $container
        [ $((SECONDS - before)) -lt 8 ]
        [ "$(docker inspect --format '{{.State.ExitCode}}' $container)" != 137 ]
        docker start $container
    done
    for container in $CONTAINERS; do
        [ "${container%-*}" = hard ] || writes $container reboots
    done
}
