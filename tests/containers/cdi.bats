# What qlshim cdi prints, in engines that read it: containers of unchanged images have the shim by one flag.
# Run by make engines.

setup_file() {
    . tests/containers/forky.bash
    . tests/containers/images.bash
    start_forky
    make_base_archive
    cp "$base_archive" /mnt/disk/shared/glibc.tar
    musl_root /mnt/disk/musl
    mkdir -p /mnt/disk/musl/usr/local
    tar -C /mnt/disk/musl --owner 0 --group 0 -cf /mnt/disk/shared/musl.tar .
    local image
    for image in glibc musl; do
        LIMIT=180 forky docker import /shared/$image.tar $image >/dev/null
        LIMIT=180 forky podman import /shared/$image.tar $image >/dev/null 2>&1
    done
    forky docker tag glibc node:20
    forky podman tag glibc node:20
    forky sh -c 'printf "FROM glibc\nENV LD_PRELOAD=/usr/lib/its-own.so\n" | docker build --quiet --tag its-own -' >/dev/null
}

teardown_file() {
    . tests/containers/forky.bash
    stop_forky
}

setup() {
    . tests/containers/recipes.bash
    . tests/containers/forky.bash
}

# As it stands, but without a network.
cook_in_forky() {
    local text
    text=$(recipe "$1" | sed "s/ run --rm /&--network none /; s,podman run,& --cgroup-parent /$(cat /tmp/control-group),")
    forky sh -ec "$text"
}

# run_in ENGINE OPTION… IMAGE COMMAND…
run_in() {
    local engine=$1
    shift
    case $engine in
    docker) forky docker run --rm --network none --user 12345:12345 "$@" ;;
    podman) forky podman run --cgroup-parent "/$(cat /tmp/control-group)" --rm --network none --passwd=false \
        --user 12345:12345 "$@" ;;
    esac
}

# A host has no /etc/cdi before.
@test "the flag of the README's first screen, as it stands there" {
    local page words
    for page in README.md docs/README.zh-CN.md; do
        forky rm -rf /etc/cdi
        mapfile -t words < <(grep '/etc/cdi/' $page | grep -o '`[^`]*`' | tr -d '`')
        [ "${#words[@]}" -eq 2 ]
        run run_in docker --device qlshim.org/shim=all glibc whoami
        [ "$status" -ne 0 ]
        forky sh -c "${words[0]}"
        run forky sh -c "$(sed 's/ run /& --rm --network none /; s/IMAGE/glibc whoami/' <<<"${words[1]}")"
        [ "$output" = u12345 ] || fail "$page: $output"
    done
    forky rm -r /etc/cdi
}

@test "the spec is made as the recipe has it" {
    run run_in docker --device qlshim.org/shim=all glibc whoami
    [ "$status" -ne 0 ]
    cook_in_forky cdi-spec
    run run_in docker --device qlshim.org/shim=all glibc whoami
    [ "$output" = u12345 ]
    # Of the tests below one writes.
    forky sh -c 'qlshim cdi --writable /usr/local >/etc/cdi/qlshim.json'
}

@test "doctor on that host says that both engines read specs" {
    run forky qlshim doctor
    [[ $output == *"fine     /var/run/docker.sock: Docker 28."*"which reads CDI specs"* ]]
    [[ $output == *"fine     /usr/bin/podman: Podman 5."*"which reads CDI specs"* ]]
}

@test "one flag: a nameless user has a name, in images of either C library, in Docker and Podman" {
    local engine image
    for engine in docker podman; do
        for image in glibc musl; do
            run run_in $engine $image whoami
            [ "$status" -ne 0 ] || fail "bare: $output"
            run run_in $engine --device qlshim.org/shim=all $image whoami
            [ "$output" = u12345 ] || fail "$engine $image: $output"
            # By exec of a shell without an environment, and with a root that is read-only.
            run run_in $engine --device qlshim.org/shim=all --read-only --tmpfs /tmp $image env -i /bin/sh -c 'id -un; exec qlshim --version'
            [ "$output" = "u12345"$'\n'"$("$QLSHIM" --version)" ] || [[ $image == musl && $output == *"$("$QLSHIM" --version)" ]] ||
                fail "$engine $image: $output"
        done
    done
}

@test "--writable: a folder of the image can be written" {
    local engine
    for engine in docker podman; do
        run run_in $engine glibc sh -c 'echo yes >/usr/local/new && cat /usr/local/new'
        [ "$status" -ne 0 ]
        run run_in $engine --device qlshim.org/shim=all glibc sh -c 'echo yes >/usr/local/new && cat /usr/local/new'
        [ "$output" = yes ] || fail "$engine: $output"
    done
}

@test "the recipes: Docker, Podman, and an image with an LD_PRELOAD of its own, which all replaces and files leaves" {
    [ "$(cook_in_forky cdi-docker)" = u12345 ]
    [ "$(cook_in_forky cdi-podman)" = u12345 ]
    run run_in docker --device qlshim.org/shim=all its-own printenv LD_PRELOAD
    [[ $output != *its-own* ]]
    run run_in docker --device qlshim.org/shim=files its-own printenv LD_PRELOAD
    [[ $output == *its-own.so ]]
    run cook_in_forky cdi-files
    [[ $output == *u12345* ]]
}

# The one that Docker has started.
@test "the recipe for containerd, by its own client" {
    ctr_in_forky() {
        forky env CONTAINERD_ADDRESS=/run/docker/containerd/containerd.sock sh -ec "$1"
    }
    local text=$(recipe cdi-containerd | sed "s, run --rm ,&--cgroup /$(cat /tmp/control-group)/ctr ,")
    LIMIT=180 ctr_in_forky 'docker save node:20 | ctr images import -'
    run ctr_in_forky "$(sed 's/--device [^ ]* //' <<<"$text")"
    [[ $output == *"cannot find name for user ID 12345"* ]] || fail "$output"
    run ctr_in_forky "$text"
    [ "$output" = u12345 ] || fail "$output"
}

@test "compose passes the device on" {
    { recipe cdi-compose; echo '    network_mode: none'; } >/mnt/disk/shared/compose.yaml
    run forky docker-compose --file /shared/compose.yaml up
    [[ $output == *"| u12345"* ]] || fail "$output"
    run forky sh -c 'grep -v qlshim /shared/compose.yaml | sed /devices/d | docker-compose --project-name bare --file - up'
    [[ $output == *"cannot find name for user ID 12345"* ]]
}

@test "no recipe of CDI is left out" {
    sed -n 's/^```.* recipe=\(cdi-.*\)/\1/p' "$RECIPES" | sort | diff - <(sort -u "$BATS_FILE_TMPDIR/used")
}
