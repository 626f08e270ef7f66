# Servers as Debian ships them, with their sockets on a volume that refuses sockets.

setup() {
    load scenarios
    prepare_scenarios
}

teardown() {
    finish_scenarios
}

redis() {
    local socket=$FOLDER/redis.sock
    serve redis-server --port 0 --unixsocket "$socket" --unixsocketperm 700 --save '' --dir "$WORK"
    once_up program redis-cli -e -s "$socket" ping
    says OK redis-cli -s "$socket" set key value
    says value redis-cli -s "$socket" get key
    says 'socket 700' stat -c '%F %a' "$socket"
    stop
    nothing_left
}

# One server that passes requests on to another.
nginx_proxy() {
    cat >"$WORK/nginx.conf" <<END
daemon off;
pid $WORK/nginx.pid;
error_log stderr;
events {}
http {
    access_log off;
    client_body_temp_path $WORK/body;
    proxy_temp_path $WORK/proxy;
    fastcgi_temp_path $WORK/fastcgi;
    uwsgi_temp_path $WORK/uwsgi;
    scgi_temp_path $WORK/scgi;
    server {
        listen unix:$FOLDER/front.sock;
        location / { proxy_pass http://unix:$FOLDER/back.sock:/; }
    }
    server {
        listen unix:$FOLDER/back.sock;
        location / { return 200 "from the back"; }
    }
}
END
    serve nginx -e stderr -c "$WORK/nginx.conf"
    once_up says 'from the back' curl -sS --unix-socket "$FOLDER/front.sock" http://localhost/
    says 'socket 666' stat -c '%F %a' "$FOLDER/back.sock"
    stop
    nothing_left
}

supervisor() {
    cat >"$WORK/supervisor.conf" <<END
[unix_http_server]
file = $FOLDER/supervisor.sock
chmod = 0700
[supervisord]
nodaemon = true
logfile = /dev/null
logfile_maxbytes = 0
pidfile = $WORK/supervisor.pid
[rpcinterface:supervisor]
supervisor.rpcinterface_factory = supervisor.rpcinterface:make_main_rpcinterface
[supervisorctl]
serverurl = unix://$FOLDER/supervisor.sock
[program:sleeper]
command = sleep 100
startsecs = 0
END
    supervisor_runs
    says 'socket 700' stat -c '%F %a' "$FOLDER/supervisor.sock"
    # It finds out that nobody listens on the socket, and replaces it.
    crash
    supervisor_runs
    stop
    nothing_left
}

supervisor_runs() {
    serve supervisord -c "$WORK/supervisor.conf"
    once_up program supervisorctl -c "$WORK/supervisor.conf" status
    program supervisorctl -c "$WORK/supervisor.conf" status | grep 'sleeper *RUNNING'
}

gunicorn_restart() {
    cat >"$WORK/hello.py" <<'END'
def app(environment, start):
    start('200 OK', [('Content-Type', 'text/plain')])
    return [b'hello']
END
    gunicorn_runs
    crash
    says socket stat -c %F "$FOLDER/gunicorn.sock"
    gunicorn_runs
    stop
    nothing_left
}

gunicorn_runs() {
    serve gunicorn --chdir "$WORK" --bind "unix:$FOLDER/gunicorn.sock" hello:app
    once_up says hello curl -sS --unix-socket "$FOLDER/gunicorn.sock" http://localhost/
}

node_net() {
    cat >"$WORK/net.js" <<'END'
const assert = require('assert');
const fs = require('fs');
const net = require('net');
const { once } = require('events');
const path = process.argv[2];

const mode = () => (fs.statSync(path).mode & 0o777).toString(8);

async function listen(options) {
    const server = net.createServer((client) => client.pipe(client));
    server.listen({ path, ...options });
    await once(server, 'listening');
    return server;
}

async function ask(text) {
    const client = net.connect(path);
    await once(client, 'connect');
    client.end(text);
    const [answer] = await once(client, 'data');
    return answer.toString();
}

(async () => {
    const first = await listen();
    assert.strictEqual(first.address(), path);
    assert(fs.lstatSync(path).isSocket());
    assert(fs.statSync(path).isSocket());
    assert.strictEqual(await ask('hello'), 'hello');
    fs.chmodSync(path, 0o700);
    assert.strictEqual(mode(), '700');
    await assert.rejects(listen(), { code: 'EADDRINUSE' });
    fs.unlinkSync(path);
    assert(!fs.existsSync(path));
    await assert.rejects(ask('anybody?'), { code: 'ENOENT' });

    // The path is free, though the first server still listens.
    const second = await listen({ readableAll: true, writableAll: true });
    assert.strictEqual(second.address(), path);
    assert.strictEqual(mode(), '777');
    assert.strictEqual(await ask('again'), 'again');
    second.close();
    await once(second, 'close');
    assert(!fs.existsSync(path));
    first.close();
})();
END
    program node "$WORK/net.js" "$FOLDER/node.sock"
    nothing_left
}

# Who may connect is for the socket's mode to say, on volumes that have no modes, too.
python_users() {
    cat >"$WORK/server.py" <<'END'
import socketserver, sys

class Echo(socketserver.StreamRequestHandler):
    def handle(self):
        self.wfile.write(self.rfile.readline())

with socketserver.UnixStreamServer(sys.argv[1], Echo) as server:
    assert server.server_address == sys.argv[1], server.server_address
    server.serve_forever()
END
    cat >"$WORK/client.py" <<'END'
import errno, socket, sys

with socket.socket(socket.AF_UNIX) as client:
    try:
        client.connect(sys.argv[1])
        client.sendall(b"allowed\n")
        print(client.makefile().readline(), end="")
    except OSError as error:
        print(errno.errorcode[error.errno])
END
    local socket=$FOLDER/python.sock stranger=$((NAMELESS_UID + 1)) mode
    serve /usr/bin/python3 "$WORK/server.py" "$socket"
    once_up reaches "$socket" "$NAMELESS_UID" allowed
    for mode in 777 755 722 700; do
        program chmod $mode "$socket"
        # It takes write permission to connect, and none to look.
        case $mode in
        777 | 722) reaches "$socket" $stranger allowed ;;
        755 | 700) reaches "$socket" $stranger EACCES ;;
        esac
        reaches "$socket" "$NAMELESS_UID" allowed
        NAMELESS_UID=$stranger says "socket $mode" stat -c '%F %a' "$socket"
    done
    # Where the volume takes symbolic links, a client without the shim meets the same.
    if [ -L "$socket" ]; then
        WAY=bare reaches "$socket" $stranger EACCES
        program chmod 777 "$socket"
        WAY=bare reaches "$socket" $stranger allowed
    fi
}

# reaches SOCKET UID ANSWER
reaches() {
    NAMELESS_UID=$2 says "$3" /usr/bin/python3 "$WORK/client.py" "$1"
}

@test "on a disk they work without the shim" {
    right_on_a_disk redis nginx_proxy supervisor gunicorn_restart node_net python_users
}

@test "redis on fat" { mended redis fat; }
@test "redis on rclone" { mended redis rclone; }
@test "nginx on fat" { mended nginx_proxy fat; }
@test "nginx on rclone" { mended nginx_proxy rclone; }
@test "supervisor on fat" { mended supervisor fat; }
@test "supervisor on rclone" { mended supervisor rclone; }
@test "gunicorn on fat" { mended gunicorn_restart fat; }
@test "gunicorn on rclone" { mended gunicorn_restart rclone; }
@test "node's net on fat" { mended node_net fat; }
@test "node's net on rclone" { mended node_net rclone; }
@test "python and other users on fat" { mended python_users fat; }
@test "python and other users on rclone" { mended python_users rclone; }
@test "python and other users, mknod EPERM" { mended python_users faulty mknod=EPERM; }
@test "python and other users, mknod and symlink EPERM" {
    mended python_users faulty mknod=EPERM symlink=EPERM
}

# Where sockets work and hard links do not, it takes its own socket for a stale one; the others are as where
# the host follows a link marker.
@test "supervisor where there are no hard links" {
    mended_where supervisor 'Unlinking stale socket' link=EPERM 'link=ENOSYS symlink=EPERM'
    mended_where supervisor 'errno.EPERM' 'mknod=EPERM link=EBADF' 'mknod=EPERM link=ENOENT' \
        'mknod=EPERM link=EXDEV' 'mknod=EPERM link=EBADF symlink=EPERM'
}
