# Package managers, servers and editors in a tree of root's, offline; each is refused bare, and the lower tree is bit
# for bit what it was.

setup() {
    cd "$BATS_TEST_DIRNAME/../.."
    . tests/writable/common.bash
    begin_with_tree "${FILESYSTEM:-overlay}"
    export LIMIT=300
}

teardown() {
    end_programs
    umount /srv
}

# A project of root's, with what npm installed for it there, and a cache of the user's.
make_project() {
    mkdir /srv/app/site
    cp build/npm-webpack/package{,-lock}.json /srv/app/site/
    cp -r build/npm-webpack/cache /srv/cache
    mkdir /srv/home
    chown -R "$NAMELESS_UID" /srv/cache /srv/home
    NPM="--offline --no-audit --no-fund --ignore-scripts --no-update-notifier --silent --cache /srv/cache"
}

@test "npm: ci over root's node_modules, i of what is there, ls, and a command of .bin" {
    make_project
    mkdir -p /srv/app/site/node_modules/.bin
    cp -a build/npm-webpack/node_modules/{express,lodash,webpack,.bin} /srv/app/site/node_modules/
    both env HOME=/srv/home bash -ec "cd /srv/app/site; npm ci $NPM; [ ! -L node_modules/express ]; npm i $NPM
        npm ls --depth 0; node_modules/.bin/webpack --version >/dev/null; npm rm $NPM express; [ ! -e node_modules/express ]
        mkdir src; echo \"console.log(require('lodash').VERSION)\" >src/index.js
        node_modules/.bin/webpack --mode=development >/dev/null; [ \"\$(node dist/main.js)\" = 4.17.21 ]; rm -rf node_modules; ls"
    [[ $output == *"lodash@4.17.21"* && $output == *"/srv/app/site"* ]]
}

@test "pnpm: add of a local package, with its store and its links in the view" {
    make_project
    mkdir /srv/app/{local,user}
    echo '{"name":"local","version":"1.2.3","main":"m.js"}' >/srv/app/local/package.json
    echo 'module.exports = __dirname' >/srv/app/local/m.js
    (cd /srv/app/local && npm pack --silent --pack-destination /srv/app/user >/dev/null)
    echo '{"name":"user","version":"1.0.0","dependencies":{"local":"file:local-1.2.3.tgz"}}' >/srv/app/user/package.json
    cp -r build/npm-webpack/node_modules/pnpm /srv/pnpm
    both env HOME=/srv/home bash -ec 'cd /srv/app/user
        node /srv/pnpm/bin/pnpm.cjs install --offline --store-dir /srv/app/store --config.update-notifier=false
        [ -L node_modules/local ]; node -p "require(\"local\")"; node /srv/pnpm/bin/pnpm.cjs remove local --store-dir /srv/app/store; [ ! -e node_modules/local ]'
    [[ $output == *"/srv/app/user/node_modules/.pnpm/local@"* ]]
}

@test "node: a .node file, mkdtemp, scandir with types, a database's WAL by python beside it" {
    printf '%s\n' '#include <node_api.h>' 'static napi_value Init(napi_env env, napi_value exports) {' \
        'napi_value n; napi_create_int32(env, 42, &n); napi_set_named_property(env, exports, "n", n); return exports; }' \
        'NAPI_MODULE(x, Init)' >/tmp/addon.c
    gcc -shared -fPIC -I/usr/include/node -o /srv/app/lib/root.node /tmp/addon.c
    both node -e '
const fs = require("fs"), assert = require("assert");
process.chdir("/srv/app"); fs.copyFileSync("lib/root.node", "lib/copied.node");
for (const name of ["root", "copied"]) assert.equal(require(`/srv/app/lib/${name}.node`).n, 42);
const folder = fs.mkdtempSync("/srv/app/e/t-"); assert.equal(fs.realpathSync(folder), folder);
const kinds = Object.fromEntries(fs.readdirSync("a", { withFileTypes: true }).map(e => [e.name, e.isDirectory() ? "d" : e.isFile() ? "f" : "l"]));
assert.deepEqual(kinds, { b: "d", bin: "d", e: "l", "run.sh": "f", "x.txt": "f" });
assert.equal(fs.readdirSync("/srv/app", { recursive: true }).filter(name => name.endsWith("x.txt")).length, 18);
const stream = fs.opendirSync("b"); let n = 0; while (stream.readSync()) n++; stream.closeSync(); assert.equal(n, 2);
fs.appendFileSync("f", "more"); assert.equal(fs.readFileSync("f", "utf8"), "f\nmore"); fs.accessSync("b", fs.constants.W_OK);'
}

@test "node: a database of root's in WAL mode, by two processes at once, with a .node file that npm brought" {
    cp -r build/npm-sqlite/node_modules /srv/app/
    /usr/bin/python3 -c 'import sqlite3
base = sqlite3.connect("/srv/app/b/x.db"); base.execute("create table t(a)"); base.execute("insert into t values(1)"); base.commit()'
    both node -e '
const Database = require("/srv/app/node_modules/libsql"), assert = require("assert"), { execFileSync } = require("child_process"), fs = require("fs");
const base = new Database("/srv/app/b/x.db");
assert.equal(base.prepare("pragma journal_mode=wal").get().journal_mode, "wal");
base.exec("begin; insert into t values(2)");
const other = (...words) => execFileSync(process.execPath, ["-e", `
    const base = new (require("/srv/app/node_modules/libsql"))("/srv/app/b/x.db", { timeout: 5000 }); ${words}
    console.log(base.prepare("select group_concat(a) as all_of_it from t").get().all_of_it)`]).toString().trim();
assert.equal(other(), "1");
base.exec("commit");
assert.equal(other("base.exec(\"insert into t values(3)\");"), "1,2,3");
assert.deepEqual(fs.readdirSync("/srv/app/b").filter(name => name.startsWith("x.db")), ["x.db", "x.db-shm", "x.db-wal"]);
assert.equal(base.prepare("select count(*) as n from t").get().n, 3);
base.close(); assert.equal(other(), "1,2,3");'
}

# make_library CC FOLDER: libnumber.so of root's, which says 1; another, which says 2; and a program that asks it.
make_library() {
    mkdir -p "$2"
    for number in 1 2; do
        echo "int number(void) { return $number; }" >/tmp/number.c
        "$1" -shared -fPIC -o "$2/libnumber.so.$number" /tmp/number.c
    done
    cp "$2/libnumber.so.1" "$2/libnumber.so"
    printf '%s\n' '#include <stdio.h>' 'int number(void);' 'int main(void) { printf("%d\n", number()); return 0; }' >/tmp/ask.c
    "$1" -o /srv/ask /tmp/ask.c -L"$2" -lnumber
}

@test "libraries written there: by LD_LIBRARY_PATH, which programs see as it was set, by dlopen, of glibc and musl" {
    local compiler separator
    mkdir /srv/app/gcc /srv/app/musl-gcc # what is made in a folder later is not seen where that has been expanded
    for compiler in gcc musl-gcc; do
        make_library $compiler /srv/app/$compiler
        separator=$([ $compiler = gcc ] && echo ';' || echo :) # musl knows one
        # What is written is not seen in the lower folder.
        [ "$(nameless LD_LIBRARY_PATH=/srv/app/$compiler /srv/ask)" = 1 ]
        both env PATH="/srv:$PATH" bash -ec 'cd /srv/app/$0; export LD_LIBRARY_PATH=/nowhere:/srv/app/$0; [ "$(/srv/ask)" = 1 ]
            cp libnumber.so.2 libnumber.so; [ "$(/srv/ask)" = 2 ]; [ "$(ask)" = 2 ]; mkdir ../new; mv libnumber.so ../new; rm -f libnumber.so libnumber.so.1
            export LD_LIBRARY_PATH="/nowhere$1/srv/app//new/:"; [ "$(/srv/ask)" = 2 ]
            [ "$(env -u x env | grep ^LD_LIB; tr "\0" "\n" </proc/self/environ | grep -c upper || true)" = "LD_LIBRARY_PATH=/nowhere$1/srv/app//new/:
0" ]
            [ "$(cd /; exec -a x /srv/ask)" = 2 ]; [ "$(cd ../new; LD_LIBRARY_PATH=. /srv/ask)" = 2 ]
            LD_LIBRARY_PATH= python3 -c "
import os, subprocess
environment = dict(os.environ, LD_LIBRARY_PATH=\"/srv/app/new\")
assert subprocess.run([\"/srv/ask\"], env=environment, capture_output=True).stdout == b\"2\\n\"
os.waitpid(os.posix_spawn(\"/srv/ask\", [\"ask\"], environment), 0); os.waitpid(os.posix_spawnp(\"ask\", [\"ask\"], environment), 0)"
            sh -c "exec ask"; rm -r ../new' $compiler "$separator"
        [ "$output" = $'2\n2\n2' ]
    done
    both bash -ec 'mkdir /srv/app/own; cp /srv/app/gcc/libnumber.so.2 /srv/app/own/libnumber.so; cd /srv/app
        LD_LIBRARY_PATH=/srv/app/own python3 -c "
import ctypes
assert [ctypes.CDLL(name).number() for name in (\"libnumber.so\", \"/srv/app/own/libnumber.so\", \"own/libnumber.so\")] == [2, 2, 2]"'
}

# The kernel starts a program of root's by its own name, so that is where the loader begins.
@test "\$ORIGIN: a program that was written there finds what was written beside it; one of root's finds root's, as design.md says" {
    local compiler
    mkdir -p /srv/app/{gcc,musl-gcc}/bin
    for compiler in gcc musl-gcc; do
        make_library $compiler /srv/app/$compiler/lib
        $compiler -o /srv/app/$compiler/bin/ask /tmp/ask.c -L/srv/app/$compiler/lib -lnumber -Wl,-rpath,'$ORIGIN/../lib'
        [ "$(nameless /srv/app/$compiler/bin/ask)" = 1 ]
        both bash -ec 'cd /srv/app/$0; cp lib/libnumber.so.2 lib/libnumber.so; echo root: $(bin/ask); cp bin/ask bin/copied
            echo copied: $(bin/copied); mv bin/ask bin/moved; echo moved: $(/srv/app/$0/bin/moved)
            $0 -o bin/built /tmp/ask.c -Llib -lnumber -Wl,-rpath,"\$ORIGIN/../lib"; echo built: $(bin/built)
            rm lib/libnumber.so; echo "gone: $(bin/built 2>/dev/null)"' $compiler
        [ "$output" = $'root: 1\ncopied: 2\nmoved: 2\nbuilt: 2\ngone: ' ]
        [ "$(nameless /srv/app/$compiler/bin/ask)" = 1 ]
    done
}

@test "python: a venv, pip of a local wheel, mmap of a file of root's, imports from there" {
    mkdir /tmp/wheel
    python3 - <<'EOF'
import zipfile
with zipfile.ZipFile("/tmp/wheel/qltest-1.0-py3-none-any.whl", "w") as wheel:
    wheel.writestr("qltest.py", "where = __file__\n")
    info = "qltest-1.0.dist-info"
    wheel.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\nName: qltest\nVersion: 1.0\n")
    wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nGenerator: x\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
    wheel.writestr(f"{info}/RECORD", "qltest.py,,\n")
EOF
    both bash -ec 'cd /srv/app; /usr/bin/python3 -m venv v; . v/bin/activate; python -c "import sys; print(sys.prefix)"
        pip install -q --no-index --disable-pip-version-check /tmp/wheel/qltest-1.0-py3-none-any.whl; python -c "import qltest; print(qltest.where)"
        python -c "
import mmap
with open(\"a/x.txt\", \"r+b\") as file, mmap.mmap(file.fileno(), 0) as map: map[0:2] = b\"IN\"
assert open(\"/srv/app/a/x.txt\").read() == \"IN a\\n\""
        pip uninstall -q -y qltest; ! python -c "import qltest" 2>/dev/null; rm -rf v'
    [[ $output == *"/srv/app/v"*"/srv/app/v/lib/python3"*"/site-packages/qltest.py"* ]]
}

@test "PM2 with PM2_HOME there, and supervisord with its socket, log and pid file there" {
    echo 'setInterval(() => {}, 1000)' >/srv/app/service.js
    printf '%s\n' '[unix_http_server]' file=/srv/app/s.sock '[supervisord]' logfile=/srv/app/s.log pidfile=/srv/app/s.pid \
        '[rpcinterface:supervisor]' supervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface \
        '[supervisorctl]' serverurl=unix:///srv/app/s.sock '[program:x]' 'command=sleep 100' >/srv/app/s.conf
    cp -r build/npm /srv/pm2
    both env HOME=/tmp PM2_HOME=/srv/app/.pm2 bash -ec 'pm2="node /srv/pm2/node_modules/pm2/bin/pm2"; cd /srv/app
        timeout 60 $pm2 start service.js --silent; $pm2 describe service | grep -E "status|script path|exec cwd"
        $pm2 save --silent; timeout 30 $pm2 kill --silent; ls .pm2'
    [[ $output == *online* && $output == *"/srv/app/service.js"* && $output == *dump.pm2* ]]
    both bash -ec 'supervisord -c /srv/app/s.conf; for i in $(seq 100); do supervisorctl -c /srv/app/s.conf status | grep -q RUNNING && break; sleep 0.1; done
        supervisorctl -c /srv/app/s.conf status; supervisorctl -c /srv/app/s.conf shutdown'
    [[ $output == *RUNNING* ]]
}

@test "rsync, vi's backup and rename, logrotate's, sockets bound there" {
    both bash -ec 'cd /srv/app; rsync -a a/ copied/; rsync -a --delete lib/ copied/; diff -r lib copied
        rsync -a --inplace --checksum b/x.txt a/x.txt; [ "$(cat a/x.txt)" = "in b" ]
        for set in "backupcopy=no" "backupcopy=yes"; do vim.tiny -u NONE -es -c "set nocp $set backup" -c "%s/\$/ edited/" -c wq c/x.txt; done
        [ "$(cat c/x.txt c/x.txt~)" = "in c edited edited
in c edited" ]; mv f f.1; : >f; gzip f.1; [ "$(zcat f.1.gz)" = f ]; rm -rf d; [ ! -e d ]'
    both /usr/bin/python3 -c '
import os, socket
os.chdir("/srv/app/lib"); listener = socket.socket(socket.AF_UNIX); listener.bind("/srv/app/lib/sock"); listener.listen()
assert listener.getsockname() == "/srv/app/lib/sock"
for name in "sock", "/srv/app/lib/sock":
    client = socket.socket(socket.AF_UNIX); client.connect(name); assert client.getpeername() == "/srv/app/lib/sock"
assert sorted(os.listdir()) == ["a", "sock", "x.txt"]'
}

@test "a volume inside stays itself, one of the same filesystem, too; another uid sees nothing" {
    mkdir -p /srv/app/data /srv/app/bound /srv/elsewhere
    echo of root >/srv/elsewhere/file
    mount -t tmpfs -o mode=755,uid=$NAMELESS_UID tmpfs /srv/app/data
    mount --bind /srv/elsewhere /srv/app/bound
    lower_state >/tmp/lower
    run nameless touch /srv/app/new
    [ "$status" -ne 0 ]
    in_view bash -ec 'cd /srv/app; echo mine >new; echo volume >data/file; mkdir -p data/x; mv data/file data/x/; [ "$(stat -c %u bound/file)" = 0 ]
        ! [ -w bound/file ]; ! echo x 2>/dev/null >>bound/file; ! touch bound/new 2>/dev/null; cd data; echo y >z; [ "$(pwd -P)" = /srv/app/data ]'
    [ "$(cat /srv/app/data/x/file /srv/app/data/z)" = $'volume\ny' ]
    run setpriv --reuid 23457 --regid 23457 --clear-groups env -i PATH="$PATH" HOME=/ LD_PRELOAD="$LIBRARY" \
        QLSHIM_WRITABLE=/srv/app bash -c 'ls /srv/app; ls /tmp/.qlshim-23456/upper'
    [[ $output != *new* && $output == *"Permission denied"* ]]
    umount /srv/app/data /srv/app/bound
}
