# Many redirected sockets, threads, and children of threads.

setup() {
    load common
    rm -rf /tmp/.qlshim-*
    mount_volume faulty mknod=EPERM
}

teardown() {
    unmount_volume
}

# The probe under a limit of 12,000 descriptors, where the usual one is 1,024.
many() {
    (ulimit -n 12000 && LIMIT=120 "$@")
}

# The system calls of one run, startup and all.
calls() {
    fresh_folder many
    many shimmed strace -f -o /tmp/calls "$PROBES/many" sockets "$FOLDER" "$1" >/dev/null
    wc -l </tmp/calls
}

@test "10,000 redirected sockets in one process" {
    run many nameless "$PROBES/many" sockets "$VOLUME" 10
    [ "$status" -ne 0 ]
    run many shimmed "$PROBES/many" sockets "$VOLUME" 10000
    [ "$output" = "0 wrong" ]
    run many shimmed "$PROBES/many-musl" sockets "$VOLUME" 10
    [ "$status" -ne 0 ] # they are all taken
}

@test "a redirected socket among thousands takes no more system calls than among few" {
    local none few many
    none=$(calls 0)
    few=$(calls 100)
    many=$(calls 4000)
    # Calls a socket, in hundredths. What is older than five seconds is looked at when it is met, and a slow run meets
    # more of that: some calls a socket, however many there are.
    few=$((few - none)) many=$(((many - none) * 100 / 4000))
    echo "hundredths of a call for each socket: $few among 100, $many among 4000"
    [ "$many" -le $((few * 3 / 2)) ]
}

@test "eight threads" {
    run many nameless "$PROBES/many" threads "$VOLUME" 20
    [ "$status" -ne 0 ]
    for program in many many-musl; do
        run many shimmed "$PROBES/$program" threads "$VOLUME" 300
        [ "$output" = "0 wrong" ]
    done
}

@test "children of a process with threads" {
    run many nameless "$PROBES/many" children "$VOLUME" 5
    [ "$status" -ne 0 ]
    for program in many many-musl; do
        fresh_folder children
        run many shimmed "$PROBES/$program" children "$FOLDER" 100
        [ "$output" = "0 wrong" ]
    done
}
