# The qlshim command: qlshim exec.

setup() {
    load common
    rm -rf /tmp/.qlshim-*
    mkdir -p /tmp/bin
}

@test "qlshim is one static file" {
    run readelf -lW "$QLSHIM"
    [[ $output != *INTERP* && $output != *DYNAMIC* ]]
}

@test "exec becomes the program: same process, its arguments, its exit status" {
    run nameless sh -c 'echo $$; exec "$0" exec -- sh -c "echo \$\$; exit 42"' "$QLSHIM"
    [ "$status" -eq 42 ]
    [ "${lines[0]}" = "${lines[1]}" ]
    run nameless "$QLSHIM" exec printf '%s|' a 'b c' '' --help
    [ "$output" = "a|b c||--help|" ]
    run nameless "$QLSHIM" exec sh -c 'kill -TERM $$'
    [ "$status" -eq 143 ]
}

@test "exec preloads the library, and the settings arrive" {
    run nameless "$QLSHIM" exec "$PROBES/loaded" /tmp/a.sock
    [ "$output" = "loaded, native" ]
    run nameless QLSHIM_SOCKETS=always "$QLSHIM" exec --tmpdir /var/tmp/../tmp/ --log info -- "$PROBES/loaded-musl" /tmp/b.sock
    [[ $output == *"-> /var/tmp/.qlshim-23456/"*"loaded, redirected" ]]
    run nameless "$QLSHIM" exec --user me --home=/h --state /s env
    [[ $output == *QLSHIM_USER=me* && $output == *QLSHIM_HOME=/h* && $output == *QLSHIM_STATE=/s* ]]
}

@test "exec keeps the other entries of LD_PRELOAD, and adds its own once" {
    local other=/usr/lib/x86_64-linux-gnu/libfakeroot/libfakeroot-sysv.so
    run nameless LD_PRELOAD="$other" "$QLSHIM" exec "$QLSHIM" exec env
    [[ $output == *"LD_PRELOAD=$LIBRARY:$other"$'\n'* || $output == *"LD_PRELOAD=$LIBRARY:$other" ]]
    run nameless LD_PRELOAD="$LIBRARY:$other" "$QLSHIM" exec env
    [[ $output == *"LD_PRELOAD=$LIBRARY:$other"* ]]
}

@test "exec finds the library beside itself, in ../lib, or where QLSHIM_LIBRARY says" {
    local place=/mnt/disk/place
    mkdir -p $place/bin $place/lib
    cp "$QLSHIM" $place/bin/
    cp "$LIBRARY" $place/lib/
    run nameless $place/bin/qlshim exec env
    [[ $output == *"LD_PRELOAD=$place/lib/libqlshim.so"* ]]
    cp "$LIBRARY" $place/bin/
    run nameless $place/bin/qlshim exec env
    [[ $output == *"LD_PRELOAD=$place/bin/libqlshim.so"* ]]
    run nameless QLSHIM_LIBRARY="$LIBRARY" $place/bin/qlshim exec env
    [[ $output == *"LD_PRELOAD=$LIBRARY"* ]]
    run nameless QLSHIM_LIBRARY=/none $place/bin/qlshim exec env
    [ "$status" -eq 125 ]
    [ "$output" = "qlshim: cannot read QLSHIM_LIBRARY=/none" ]
    rm $place/bin/libqlshim.so $place/lib/libqlshim.so
    if [ ! -e /usr/lib/libqlshim.so ]; then
        run nameless $place/bin/qlshim exec env
        [ "$status" -eq 125 ]
        [[ $output == *"not found in $place/bin, $place/bin/../lib, /usr/lib"* ]]
    fi
    mkdir "/mnt/disk/with space"
    cp "$LIBRARY" "/mnt/disk/with space/"
    run nameless QLSHIM_LIBRARY="/mnt/disk/with space/libqlshim.so" "$QLSHIM" exec env
    [ "$status" -eq 125 ]
    rm -rf $place "/mnt/disk/with space"
}

# What a download that broke off leaves is loaded, and the program ends by SIGBUS.
@test "exec, env and cdi refuse a library whose end is missing, and what is none" {
    local broken=/mnt/disk/broken.so way
    head -c 40000 "$LIBRARY" >$broken
    run nameless LD_PRELOAD=$broken /usr/bin/id -un
    [ "$status" -eq 135 ]
    for way in "exec -- id -un" env cdi; do
        run nameless QLSHIM_LIBRARY=$broken "$QLSHIM" $way
        [ "$status" -eq 125 ] && [ "$output" = "qlshim: $broken: its end is missing: copy it again" ] || fail "$way: $output"
    done
    run "$QLSHIM" cdi --library $broken
    [ "$status" -eq 125 ] && [ "$output" = "qlshim: $broken: its end is missing: copy it again" ]
    echo '<html>404</html>' >$broken
    run nameless QLSHIM_LIBRARY=$broken "$QLSHIM" exec -- id -un
    [ "$status" -eq 125 ] && [ "$output" = "qlshim: $broken: no library" ]
    rm $broken
}

@test "125 for its own mistakes, 126 not executable, 127 not found, each in one line" {
    expect() {
        local code=$1
        shift
        run nameless "$QLSHIM" "$@"
        [ "$status" -eq "$code" ]
        [ "${#lines[@]}" -eq 1 ]
    }
    expect 125 exec
    expect 125 exec --nonsense true
    expect 125 exec --log loud true
    expect 125 exec --home relative true
    expect 125 exec --tmpdir
    expect 125 nonsense
    expect 126 exec /etc/passwd
    expect 126 exec /
    expect 127 exec /none
    expect 127 exec none-of-that-name
    run nameless "$QLSHIM"
    [ "$status" -eq 125 ]
}

@test "a value that the library would refuse is a mistake of the caller's" {
    local option
    for option in "--home /a:b" $'--state /a\nb' "--user a:b" "--tmpdir a" "--log loud"; do
        run --separate-stderr nameless "$QLSHIM" exec "${option%% *}" "${option#* }" true
        [ "$status" -eq 125 ] || fail "$option: $status"
        [[ $stderr == "qlshim: ${option%% *} "* ]]
    done
    # Sockets' addresses may well hold a colon.
    run --separate-stderr nameless "$QLSHIM" exec --tmpdir /a:b --log debug true
    [ "$status" -eq 0 ]
    [[ $stderr != *QLSHIM_TMPDIR* ]]
}

@test "without PATH, too, crontab gives its privileges up" {
    run nameless /usr/bin/env -u PATH "$QLSHIM" exec crontab -l
    [ "$status" -eq 1 ]
    [[ $output == *"no crontab for u$NAMELESS_UID"* ]]
}

@test "help and version" {
    run nameless "$QLSHIM" --help
    [ "$status" -eq 0 ]
    run nameless "$QLSHIM" exec --help
    [ "$status" -eq 0 ]
    [[ $output == *--tmpdir* ]]
    run nameless "$QLSHIM" --version
    [[ $output =~ ^"qlshim "[0-9]+\.[0-9]+\.[0-9]+$ ]]
}
