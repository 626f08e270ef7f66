# What the command has for folders that are not one's own: exec and env --writable.

setup() {
    cd "$BATS_TEST_DIRNAME/../.."
    . tests/writable/common.bash
    rm -rf /tmp/.qlshim-23456
    mount_srv tmpfs
    make_tree /srv/app
    make_tree /srv/other
    lower_state >/tmp/lower
}

teardown() {
    umount /srv
}

@test "exec --writable: a folder, several, and those that are set already" {
    run nameless "$QLSHIM" exec -- touch /srv/app/new
    [ "$status" -ne 0 ]
    run nameless "$QLSHIM" exec --writable /srv/app -- bash -ec 'touch /srv/app/new; ls /srv/app/new'
    [ "$output" = /srv/app/new ]
    run nameless "$QLSHIM" exec --writable /srv/app bash -c 'touch /srv/other/new'
    [ "$status" -ne 0 ]
    run nameless QLSHIM_WRITABLE=/srv/app "$QLSHIM" exec --writable=/srv/other -- bash -ec 'touch /srv/{app,other}/new; echo $QLSHIM_WRITABLE'
    [ "$output" = /srv/app:/srv/other ]
    run nameless "$QLSHIM" exec --writable /srv/app --writable /srv/other -- bash -ec 'rm /srv/{app,other}/f'
    [ "$status" -eq 0 ]
    lower_unchanged
}

@test "exec --writable: the second library is found beside the first, and only where it is asked for" {
    run nameless "$QLSHIM" exec --writable /srv/app -- env
    [[ $output == *"LD_PRELOAD=${LIBRARY%.so}-writable.so:$LIBRARY"* ]]
    run nameless "$QLSHIM" exec -- env
    [[ $output == *"LD_PRELOAD=$LIBRARY"* && $output != *-writable.so* ]]
    run "$QLSHIM" exec --writable /srv/app -- env # root has no views
    [[ $output != *-writable.so* ]]
    mkdir /srv/lib
    cp "$LIBRARY" /srv/lib/
    run nameless QLSHIM_LIBRARY=/srv/lib/libqlshim.so "$QLSHIM" exec --writable /srv/app -- echo done
    [[ $output == *"cannot load libqlshim-writable.so, which belongs beside libqlshim.so: ENOENT; nothing is writable"*done ]]
}

@test "a folder that can be no view is a mistake in one line" {
    local folder
    for folder in app / /proc /sys/fs /dev/shm /a/../b /a:b "$(printf '/%0300d' 1)"; do
        run --separate-stderr nameless "$QLSHIM" exec --writable "$folder" echo run
        [ "$status" -eq 125 ] || fail "$folder: $status"
        [[ $stderr == "qlshim: --writable $folder: "* && $stderr != *$'\n'* && -z $output ]]
        run nameless "$QLSHIM" env --writable "$folder"
        [ "$status" -eq 125 ]
    done
    run nameless "$QLSHIM" exec --writable
    [ "$output" = "qlshim: --writable: needs a value; see qlshim exec --help" ]
    run nameless "$QLSHIM" exec --help
    [[ $output == *"--writable DIR"* ]]
}

@test "env --writable: what a shell starts writes there" {
    run nameless bash -c 'touch /srv/app/new'
    [ "$status" -ne 0 ]
    run nameless "$QLSHIM" env --writable /srv/app --writable /srv/other
    [[ $output == *"export QLSHIM_WRITABLE='/srv/app:/srv/other'"* ]]
    run nameless QLSHIM=$QLSHIM bash -ec 'eval "$($QLSHIM env --writable /srv/app)"; touch /srv/app/new; ls /srv/app/new'
    [ "$output" = /srv/app/new ]
    lower_unchanged
}
