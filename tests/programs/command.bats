# qlshim status and env, and what all subcommands have in common, where things are as they are for users.

setup() {
    load common
    rm -rf /tmp/.qlshim-*
}

teardown() {
    [ -z "${VOLUME:-}" ] || unmount_volume
}

@test "status lists who is live and who is stale, and --clean removes the stale only" {
    run nameless "$QLSHIM" status
    [ "$output" = "no redirected sockets" ]
    mount_volume rclone
    fresh_folder
    local server='import socket, sys, time
s = socket.socket(socket.AF_UNIX); s.bind(sys.argv[1]); s.listen(); print("up", flush=True); time.sleep(float(sys.argv[2]))'
    LIMIT=60 shimmed /usr/bin/python3 -c "$server" "$FOLDER/live.sock" 50 >/tmp/live 2>&1 &
    live=$!
    shimmed /usr/bin/python3 -c "$server" "$FOLDER/stale.sock" 0
    eventually grep up /tmp/live
    run nameless "$QLSHIM" status
    [[ $output == *"live   $FOLDER/live.sock  ->  /tmp/.qlshim-23456/"* ]]
    [[ $output == *"stale  $FOLDER/stale.sock  ->  /tmp/.qlshim-23456/"* ]]
    [[ $output == *"1 live, 1 stale" ]]
    sleep 6.5
    run nameless "$QLSHIM" status --clean
    [[ $output == *"1 live, 0 stale" ]]
    shimmed /usr/bin/python3 -c 'import socket, sys; socket.socket(socket.AF_UNIX).connect(sys.argv[1])' "$FOLDER/live.sock"
    run setpriv --reuid 34567 --regid 34567 --clear-groups env -i "$QLSHIM" status --clean
    [ "$output" = "no redirected sockets" ]
    run "$QLSHIM" status
    [[ $output == *"1 live, 0 stale" ]]
    kill "$live"
}

@test "status believes no folder that others may write, and follows no link" {
    mkdir -m 777 /tmp/.qlshim-23456
    ln -s /tmp/elsewhere /tmp/.qlshim-34567
    mkdir /tmp/elsewhere
    /usr/bin/python3 -c 'import socket
for f in "/tmp/.qlshim-23456", "/tmp/elsewhere": socket.socket(socket.AF_UNIX).bind(f + "/0123456789abcdef")'
    sleep 6.5
    run "$QLSHIM" status --clean
    [ "$output" = "no redirected sockets" ]
    [ -S /tmp/.qlshim-23456/0123456789abcdef ]
    [ -S /tmp/elsewhere/0123456789abcdef ]
    rm -rf /tmp/elsewhere
}

@test "env gives a shell what exec gives a program" {
    run nameless bash -c 'echo "${HOME} ${USER-none}"'
    [ "$output" = "/ none" ]
    run nameless bash -c 'eval "$("$0" env --user "it'\''s;me" --log debug)"; echo "$HOME $USER $LOGNAME $QLSHIM_USER $QLSHIM_LOG"; whoami 2>/dev/null' "$QLSHIM"
    [ "${lines[0]}" = "/tmp/.qlshim-23456/home it's;me it's;me it's;me debug" ]
    [ "${lines[1]}" = "it's;me" ]
    run "$QLSHIM" env
    [ "$output" = "export LD_PRELOAD='$LIBRARY'" ]
    run nameless LD_PRELOAD=/other.so HOME=/tmp USER=a LOGNAME=a "$QLSHIM" env
    [[ $output == "export LD_PRELOAD='$LIBRARY:/other.so'" || $output == *"from LD_PRELOAD"* ]]
}

@test "each subcommand has --help, and names the argument that is wrong" {
    local subcommand
    for subcommand in exec doctor explain status env; do
        run --separate-stderr "$QLSHIM" $subcommand --help
        [ "$status" -eq 0 ]
        [[ $output == *"usage: "*"qlshim $subcommand"* ]]
        run "$QLSHIM" $subcommand --no-such
        [ "$status" -eq 125 ]
        [[ $output == *"--no-such"*"see qlshim $subcommand --help"* ]]
    done
    run "$QLSHIM" status now
    [ "$status" -eq 125 ]
    [[ $output == *now* ]]
    run "$QLSHIM" env now
    [ "$status" -eq 125 ]
    run "$QLSHIM" doctors
    [ "$status" -eq 125 ]
    [[ $output == *"doctors: no such subcommand"* ]]
    run "$QLSHIM" exec --tmpdir relative true
    [[ $output == *"--tmpdir relative: not an absolute path"* ]]
}

@test "what could not be written is no success" {
    local arguments
    for arguments in env status "doctor /tmp" "doctor --json /tmp" "explain connect ENOTSUP" --help --version "exec --help"; do
        run --separate-stderr bash -c '"$@" >/dev/full' full "$QLSHIM" $arguments
        [ "$status" -eq 125 ] || fail "$arguments: $status"
        [ "$stderr" = "qlshim: cannot write to standard output" ]
        run bash -c '"$@" >&- 2>&-' closed "$QLSHIM" $arguments
        [ "$status" -eq 125 ] || fail "$arguments, closed: $status"
    done
    run bash -c '"$@" >&- 2>&-' closed "$QLSHIM" exec true
    [ "$status" -eq 0 ]
    run -127 bash -c '"$@" >&- 2>&-' closed "$QLSHIM" exec /not-there
}
