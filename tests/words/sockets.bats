# qlshim explain's verdicts on what programs say of sockets and ports, bare and shimmed.

load ../programs/common
load ../programs/verdict

setup() {
    fresh_folder
    LIMIT=30
    FAULTY=
    cd /tmp
}

teardown() {
    end_programs
    [ -z "$FAULTY" ] || { umount -l "$FAULTY"; kill "$FAULTY_PID" 2>/dev/null || true; }
}

# faulty FAULT…: in place of the file's volume, one with these faults.
faulty() {
    FAULTY=$(mktemp -d /mnt/faulty.XXXXXX)
    chmod 1777 "$FAULTY"
    mkdir -pm 1777 /tmp/faulty-data
    "$PROBES/faulty" "$@" /tmp/faulty-data "$FAULTY" >/dev/null 2>&1 3>&- &
    FAULTY_PID=$!
    eventually mountpoint -q "$FAULTY"
    FOLDER=$FAULTY/$(mktemp -u run.XXXXXX)
    nameless mkdir "$FOLDER"
}

listens() {
    verdict "$1" "$2" node -e 'require("net").createServer().listen(process.argv[1], process.exit)' "${3:-$FOLDER/node.sock}"
}

@test "node and perl: each error that a volume has for a bind" {
    faulty mknod=ENOTSUP
    listens works "listen ENOTSUP"
    verdict works "bind: Operation not supported" perl -MIO::Socket::UNIX -e \
        'IO::Socket::UNIX->new(Listen => 1, Local => $ARGV[0]) or die "bind: $!"' "$FOLDER/perl.sock"
    umount -l "$FAULTY"
    faulty mknod=EINVAL
    listens mended "listen EINVAL"
    umount -l "$FAULTY"
    faulty mknod=ENOSYS
    listens works "listen ENOSYS"
}

@test "PM2 hangs behind its greeting" {
    local said explained
    said=$(LIMIT=6 nameless PM2_HOME="$FOLDER/bare" node "${QLSHIM%/*}/npm/node_modules/pm2/bin/pm2" list 2>&1) && fail "$said"
    explain_said "Spawning PM2 daemon" "$said"
    [[ $explained == *"with qlshim:  it works"* ]]
    end_programs
    shimmed PM2_HOME="$FOLDER/shimmed" node "${QLSHIM%/*}/npm/node_modules/pm2/bin/pm2" list >/dev/null
}

@test "what lies at the path, and where there is no folder" {
    nameless /usr/bin/python3 -c 'import socket, sys; socket.socket(socket.AF_UNIX).bind(sys.argv[1])' /tmp/stale.sock
    listens helps "listen EADDRINUSE" /tmp/stale.sock
    verdict helps "Address already in use" /usr/bin/python3 -c \
        'import socket, sys; socket.socket(socket.AF_UNIX).bind(sys.argv[1])' /tmp/stale.sock
    rm /tmp/stale.sock
    shimmed node -e 'require("net").createServer().listen(process.argv[1], process.exit)' /tmp/stale.sock
    verdict no "bind: No such file or directory" redis-server --port 0 --save "" --unixsocket /tmp/none/redis.sock
    verdict no "AF_UNIX path too long" /usr/bin/python3 -c \
        'import socket; socket.socket(socket.AF_UNIX).bind("/tmp/" + 120 * "x")'
}

@test "another user's server, and one in a folder that is not one's own" {
    /usr/bin/python3 -c 'import os, socket, time
os.umask(0o177); s = socket.socket(socket.AF_UNIX); s.bind("/tmp/root.sock"); s.listen(); time.sleep(60)' 3>&- &
    eventually test -S /tmp/root.sock
    verdict no "connect EACCES" node -e 'require("net").connect(process.argv[1])' /tmp/root.sock
    kill %%
    mkdir /mnt/disk/image
    printf '[unix_http_server]\nfile=%s\n[supervisord]\nlogfile=/tmp/supervisor.log\npidfile=/tmp/supervisor.pid\n' \
        /mnt/disk/image/supervisor.sock >/tmp/supervisor.conf
    LIMIT=4 verdict helps "socket.error reported errno.EACCES" supervisord -n -c /tmp/supervisor.conf
    LIMIT=4 still_runs QLSHIM_WRITABLE=/mnt/disk/image supervisord -n -c /tmp/supervisor.conf
    verdict no "bind: permission denied" containerd --root /tmp/containerd --state /tmp/containerd-state --address /mnt/disk/image/go.sock
    rm -r /mnt/disk/image
}

@test "clients that find nobody" {
    verdict helps "no such file" supervisorctl -s unix:///tmp/none.sock status
    verdict helps "connect to local server through socket" mariadb -S /tmp/none.sock
    verdict no "Failed to connect to socket /run/dbus/system_bus_socket" dbus-send --system /a b.c
    verdict no "Cannot connect to the Docker daemon" /usr/bin/docker -H unix:///tmp/none.sock version
}

@test "ports: below 1024, taken, nobody's, and an address that is not there" {
    local said explained
    said=$(unshare --net setpriv --reuid "$NAMELESS_UID" --clear-groups node -e 'require("net").createServer().listen(80)' 2>&1) || true
    explain_said "listen EACCES" "$said"
    [[ $explained == *"with qlshim:  out of its reach"*1024* ]]
    verdict no "listen EADDRINUSE" node -e 'let net = require("net"), s = net.createServer().listen(9933, () => net.createServer().listen(9933))'
    verdict no "connect ECONNREFUSED" node -e 'require("net").connect(9, "127.0.0.1")'
    verdict helps "[Errno 111] Connection refused" /usr/bin/python3 -c 'import socket; socket.create_connection(("127.0.0.1", 9))'
    verdict no "listen EADDRNOTAVAIL" node -e 'require("net").createServer().listen(9933, "203.0.113.1")'
}

@test "servers of Debian's on a volume that refuses sockets: memcached, uwsgi, D-Bus, nginx" {
    LIMIT=4 verdict works "failed to listen on UNIX socket" memcached -s "$FOLDER/memcached"
    LIMIT=4 verdict works "bind(): Input/output error [core/socket.c" uwsgi --socket "$FOLDER/uwsgi"
    LIMIT=4 verdict works "Could not get password database information" dbus-daemon --session --nofork --address=unix:path=/tmp/bus
    # As a user with a name.
    chmod 1777 "$FOLDER"
    NAMELESS_UID=65534 LIMIT=4 verdict works "Failed to start message bus: Failed to bind socket" dbus-daemon --session --nofork --address="unix:path=$FOLDER/bus"
    printf '%s\n' 'daemon off; events {}' "http { access_log off; client_body_temp_path /tmp/n1; proxy_temp_path /tmp/n2;" \
        "fastcgi_temp_path /tmp/n3; uwsgi_temp_path /tmp/n4; scgi_temp_path /tmp/n5; server { listen unix:$FOLDER/nginx; } }" >/tmp/nginx.conf
    LIMIT=4 verdict works "bind() to unix:" /usr/sbin/nginx -e stderr -g "pid /tmp/nginx.pid;" -c /tmp/nginx.conf
    faulty chmod=EINVAL
    sed -i "s,unix:.*; },unix:$FOLDER/nginx; }," /tmp/nginx.conf
    LIMIT=4 verdict works "failed (22: Invalid argument)" /usr/sbin/nginx -e stderr -g "pid /tmp/nginx.pid;" -c /tmp/nginx.conf
    # Its own socket, and chmod(1) of it by name.
    verdict mended "Invalid argument" sh -c \
        'python3 -c "import socket, sys; socket.socket(socket.AF_UNIX).bind(sys.argv[1])" "$1" && chmod 600 "$1"' sh "$FOLDER/chmod.sock"
}

@test "gpg: no agent, since its socket cannot be bound" {
    verdict mended "can't connect to the agent" sh -c \
        'mkdir -m 700 "$1" && gpg --homedir "$1" --batch --passphrase "" --quick-generate-key key ed25519' sh "$FOLDER/gnupg"
}

@test "cp -a of a socket, and supervisord where there are no hard links" {
    nameless /usr/bin/python3 -c 'import socket; socket.socket(socket.AF_UNIX).bind("/tmp/copied.sock")'
    # Of a file too rclone says of `cp -a` that it could not preserve permissions.
    verdict mended "cannot create special file" cp -dR /tmp/copied.sock "$FOLDER/copy.sock"
    faulty link=EPERM
    printf '[unix_http_server]\nfile=%s\n[supervisord]\nlogfile=/tmp/supervisor.log\npidfile=/tmp/supervisor.pid\n' \
        "$FOLDER/supervisor.sock" >/tmp/supervisor.conf
    LIMIT=4 verdict works "Unlinking stale socket" supervisord -n -c /tmp/supervisor.conf
}

# docs/harness.md, "What tools show of a redirected socket".
@test "fuser by a marker that is a link, and by one that is a file; cp -a of a socket and of a file" {
    local server='require("net").createServer().listen(process.argv[1])'
    nameless touch /tmp/file
    shimmed node -e "$server" "$FOLDER/file.sock" 3>&- &
    eventually shimmed test -S "$FOLDER/file.sock"
    run shimmed fuser "$FOLDER/file.sock"
    [ "$status $output" = "1 " ]
    run nameless cp -a /tmp/file "$FOLDER/file"
    [[ $output == *"preserving permissions"* ]]
    run shimmed cp -a "$FOLDER/file.sock" "$FOLDER/copy.sock"
    [ "$(shimmed stat -c %F "$FOLDER/copy.sock")" = socket ]
    faulty mknod=EPERM
    shimmed node -e "$server" "$FOLDER/link.sock" 3>&- &
    eventually shimmed test -S "$FOLDER/link.sock"
    run shimmed fuser "$FOLDER/link.sock"
    [[ $status -eq 0 && $output == */tmp/.qlshim-* ]]
}

@test "the shim's own: there is no place for the socket" {
    local explained said
    said=$(shimmed QLSHIM_TMPDIR=/usr node -e 'require("net").createServer().listen(process.argv[1], process.exit)' "$FOLDER/x.sock" 2>&1) && fail "$said"
    explain_said "cannot redirect the socket" "$said"
    [[ $explained == *"with qlshim:  see what to do"* ]]
}
