# What root asks the command about a neighbour's things: nothing there holds it up, leads it elsewhere, or speaks to its
# terminal.

setup() {
    load ../writable/common
    load neighbour
    rm -rf /tmp/.qlshim-* /tmp/shared /tmp/roots /tmp/u
    mount_srv tmpfs
    make_tree /srv/app
}

teardown() {
    umount /srv
}

# What the neighbour writes in a view, in his own private folder.
neighbours_view() {
    neighbour LD_PRELOAD="$LIBRARY" QLSHIM_WRITABLE=/srv/app "$@"
}

@test "status: records that are FIFOs or a terabyte, and names for a terminal" {
    local record how
    neighbours_view bash -c 'echo his >/srv/app/new; touch "/srv/app/$1"' bash $'\e[31mred\nlayer  etc'
    run --separate-stderr timeout 10 build/qlshim status
    [ "$status" -eq 0 ]
    [[ $output == *"/srv/app/new"* ]]
    [[ $output != *$'\e'* && $output != *$'\nlayer  etc'* ]] || fail "$output"
    for record in /tmp/.qlshim-666/upper/names/*; do
        neighbour rm "$record"
        neighbour mkfifo "$record"
    done
    # Who opens one waits for its writer.
    run timeout 1 cat "$record"
    [ "$status" -eq 124 ]
    for how in "" --clean; do
        run --separate-stderr timeout 10 build/qlshim status $how
        [ "$status" -eq 0 ] || fail "$status, $how"
        [[ $output == *"layer  /tmp/.qlshim-666/upper: "* ]]
    done
    for record in /tmp/.qlshim-666/upper/names/*; do
        neighbour rm "$record"
        neighbour truncate -s 1T "$record"
    done
    run --separate-stderr timeout 10 build/qlshim status
    [ "$status" -eq 0 ]
    [[ $output == *"layer  /tmp/.qlshim-666/upper: "* ]]
}

# The neighbour puts a link to a folder of root's in the place of his upper folder, back and forth.
@test "status by root looks at the neighbour's layer as he may, wherever he leads it meanwhile" {
    local seen=0 race
    neighbours_view bash -c 'echo his >/srv/app/new'
    mkdir -p -m 0700 /tmp/roots
    mkdir /tmp/roots/tree
    touch /tmp/roots/tree/secret
    neighbour ln -s /tmp/roots /tmp/.qlshim-666/link
    run neighbour ls /tmp/.qlshim-666/link/tree
    [ "$status" -ne 0 ]
    # The control: root by the path.
    [ "$(ls /tmp/.qlshim-666/link/tree)" = secret ]
    neighbour "$PROBES/exchange" /tmp/.qlshim-666/upper /tmp/.qlshim-666/link 4 >/tmp/exchanged &
    race=$!
    while kill -0 $race 2>/dev/null; do
        run timeout 20 build/qlshim status
        [ "$status" -eq 0 ]
        [[ $output != *secret* ]] || fail "$output"
        [[ $output != *"/srv/app/new"* ]] || seen=$((seen + 1))
    done
    wait $race
    [ "$(</tmp/exchanged)" -gt 1000 ]
    [ $seen -gt 0 ]
    run timeout 20 build/qlshim status
    [[ $output == *"layer  /tmp/.qlshim-666/upper: 1 written"*"/srv/app/new"* ]] || fail "$output"
}

# What was copied with a folder is compared with what the lower folder has, by the name that the layer's owner wrote.
@test "status by root is not held up by a layer that names a volume that does not answer, and says so" {
    local private
    mount_volume faulty
    mkdir "$VOLUME/app"
    ln -s elsewhere "$VOLUME/app/link"
    neighbour LD_PRELOAD="$LIBRARY" QLSHIM_WRITABLE="$VOLUME/app" bash -c 'echo his >"$1/new"; ls "$1"' bash "$VOLUME/app"
    nameless LD_PRELOAD="$LIBRARY" QLSHIM_WRITABLE=/srv/app bash -c 'echo mine >/srv/app/mine'
    run timeout 10 build/qlshim status
    [[ $output == *"$VOLUME/app/new"* && $output == *"/srv/app/mine"* ]] || fail "$output"
    # A folder is enough to be asked again, and one user may have sixteen.
    for private in 1 2; do
        neighbour mkdir -m 0711 /tmp/.qlshim-666-$private
        neighbour cp -a /tmp/.qlshim-666/upper /tmp/.qlshim-666-$private/
    done
    kill -STOP "$VOLUME_PID"
    run timeout 2 readlink "$VOLUME/app/link"
    [ "$status" -eq 124 ]
    # All that it prints has ended, too: what reads it waits for nobody.
    run timeout 20 bash -c 'build/qlshim status | cat'
    kill -CONT "$VOLUME_PID"
    unmount_volume
    [ "$status" -eq 0 ] || fail "$status"
    [[ $output == *"layer  /tmp/.qlshim-666/upper: it could not be looked at to its end with its owner's rights"* ]] || fail "$output"
    [[ $output == *"/srv/app/mine"* ]] || fail "$output"
}

@test "status: sockets that take nobody, links and FIFOs in the private folder" {
    neighbour mkdir -m 0711 /tmp/.qlshim-666
    neighbour mkfifo /tmp/.qlshim-666/{position,trial,lock,0123456789abcdef,0123456789abcdee.name}
    neighbour ln -s /tmp/roots /tmp/.qlshim-666/0123456789abcded
    neighbour ln -s $'/tmp/\e[31mred' /tmp/.qlshim-666/0123456789abcdec.name
    serve /tmp/roots mine
    # A queue that is full: a client that connected would wait.
    neighbour /usr/bin/python3 -S -E -c '
import socket, time
server = socket.socket(socket.AF_UNIX); server.bind("/tmp/.qlshim-666/0123456789abcdec"); server.listen(0)
clients = []
for _ in range(3):
    client = socket.socket(socket.AF_UNIX); client.setblocking(False); client.connect_ex("/tmp/.qlshim-666/0123456789abcdec")
    clients.append(client)
time.sleep(20)' 3>&- &
    SERVERS+=($!)
    eventually test -S /tmp/.qlshim-666/0123456789abcdec
    sleep 6 # what is younger is never removed
    run --separate-stderr timeout 10 build/qlshim status --clean
    [ "$status" -eq 0 ] || fail "$status"
    [ "$output" = $'live   /tmp/?[31mred  ->  /tmp/.qlshim-666/0123456789abcdec\n1 live, 0 stale' ] || fail "$output"
    [ "$(ask /tmp/roots env)" = mine ]
    end_servers
}

# doctor PATH… by root, with strace(1) to hold it at the system call for 400 ms, while the neighbour does BASH to what it made.
doctor_meets() {
    local call=$1 bash=$2
    mkdir -m 0777 /tmp/shared
    mkdir /tmp/roots /tmp/shared/roots
    touch /tmp/roots/{socket,second,link,other,file} /tmp/shared/roots/{socket,second,link,other}
    neighbour bash -c 'cd /tmp/shared; until made=$(ls -d .qlshim-links-*); do :; done 2>/dev/null; eval "$1"' bash "$bash" &
    timeout 20 strace -f -o /dev/null -e trace="$call" -e inject="$call":delay_exit=400000 \
        build/qlshim doctor /tmp/shared >/dev/null || true
    wait $!
    ls /tmp/roots /tmp/shared/roots
    rm -rf /tmp/shared /tmp/roots
}

@test "doctor: a folder of its trial's that becomes a link, or another folder of root's, loses nothing" {
    local all=$'/tmp/roots:\nfile\nlink\nother\nsecond\nsocket\n\n/tmp/shared/roots:\nlink\nother\nsecond\nsocket'
    # After the trial of sockets; symlink(2) is the first call in the folder.
    [ "$(doctor_meets symlinkat 'mv "$made" aside && ln -s /tmp/roots "$made"')" = "$all" ]
    [ "$(doctor_meets mkdir 'mv "$made" aside && ln -s /tmp/roots "$made"')" = "$all" ]
    [ "$(doctor_meets mkdir 'mv "$made" aside && mv roots "$made" && sleep 1 && mv "$made" roots')" = "$all" ]
}

# doctor by root; a writer of the neighbour's waits at his FIFO meanwhile, and is let go where it is opened.
doctor_beside_fifo() {
    neighbour bash -c 'echo opened >/tmp/shared/fifo' &
    local writer=$!
    sleep 0.5
    run timeout 20 env "$@"
    [ "$status" -ne 124 ]
    kill $writer
    ! wait $writer || fail "the FIFO was opened"
}

@test "doctor opens nothing but files: a FIFO that a stranger's script or QLSHIM_LIBRARY names" {
    neighbour mkdir -m 0755 /tmp/shared
    neighbour mkfifo -m 0666 /tmp/shared/fifo
    neighbour bash -c 'echo "#!/tmp/shared/fifo" >/tmp/shared/script; chmod 0755 /tmp/shared/script'
    doctor_beside_fifo build/qlshim doctor /tmp/shared/script
    [[ $output == *"/tmp/shared/script"*"is run by /tmp/shared/fifo, which is no program"* ]] || fail "$output"
    doctor_beside_fifo QLSHIM_LIBRARY=/tmp/shared/fifo build/qlshim doctor /tmp/shared/script
    [[ $output == *"/tmp/shared/fifo"*"is no library"* ]] || fail "$output"
}
