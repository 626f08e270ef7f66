# PM2's whole life, unmodified from npm, as a uid without a name, with PM2_HOME on a volume that
# refuses sockets. The name and HOME=/ are the identity part's business, so PM2_HOME is set.
#
# rclone and the faulty volumes carry the whole life; on FAT, whose FUSE driver deadlocks when a
# client and a server both wait for it, PM2 starts, lists and ends.

setup() {
    load common
    rm -rf /tmp/.qlshim-*
    HOME_NAME=.pm2
    PM2=$PWD/build/npm/node_modules/pm2/bin/pm2
    cat >/tmp/app.js <<'EOF'
console.log("hello from the app");
setInterval(() => {}, 1000);
EOF
}

# The daemon and what it started do not end by themselves.
teardown() {
    end_programs
    unmount_volume
}

pm2() {
    as "${SHIM:-shimmed}" PM2_HOME="$VOLUME/$HOME_NAME" NO_COLOR=1 node "$PM2" "$@" </dev/null
}

# How many processes `pm2 jlist` shows online.
online() {
    pm2 jlist | node -e '
        const text = require("fs").readFileSync(0, "utf8");
        const list = JSON.parse(text.slice(text.indexOf("[{")));
        console.log(list.filter((app) => app.pm2_env.status === "online").length)'
}

# PM2 says "launching" for a moment.
online_is() {
    eventually online_equals "$1"
}

online_equals() {
    [ "$(online)" = "$1" ]
}

# Without the shim the daemon does not come up, or the client hangs for ever.
bare_fails() {
    SHIM=bare HOME_NAME=.bare LIMIT=8 run pm2 start /tmp/app.js --name one
    [ "$status" -ne 0 ]
    end_programs
}

log_has_hello() {
    pm2 logs --nostream --lines 50 | grep 'hello from the app'
}

whole_life() {
    mount_volume "$@"
    bare_fails
    run --separate-stderr pm2 start /tmp/app.js --name one
    [ "$status" -eq 0 ]
    [ "$stderr" = "" ]
    pm2 list | grep online
    online_is 1
    pm2 restart one
    pm2 reload one
    online_is 1
    pm2 start /tmp/app.js --name cluster -i 2
    online_is 3
    pm2 reload cluster
    online_is 3
    eventually log_has_hello
    pm2 save
    [ -s "$VOLUME/.pm2/dump.pm2" ]

    # The daemon dies without a chance to remove its sockets; the next finds them stale.
    local daemon
    daemon=$(cat "$VOLUME/.pm2/pm2.pid")
    kill -9 "$daemon"
    end_programs -f /tmp/app.js
    pm2 resurrect
    online_is 3
    [ "$(cat "$VOLUME/.pm2/pm2.pid")" != "$daemon" ]
    pm2 kill
    [ ! -e "$VOLUME/.pm2/rpc.sock" ]
    eventually all_ended
}

@test "PM2 on rclone" { whole_life rclone; }
@test "PM2 where mknod gives EPERM" { whole_life faulty mknod=EPERM; }
@test "PM2 where bind gives EIO and leaves debris, no links" { whole_life faulty debris=EIO symlink=EIO link=EIO; }
@test "PM2 where stat gives ENOTSUP after a good bind" { whole_life faulty stat-later=ENOTSUP symlink=EPERM link=EPERM; }
@test "PM2 where connect fails after a good bind" { whole_life faulty connect; }

@test "PM2 on FAT" {
    mount_volume fat
    bare_fails
    pm2 start /tmp/app.js --name one
    online_is 1
    pm2 kill
}
