title="PM2 with its folder on an rclone mount: start, restart, list"
volume=rclone
# Its daemon binds and unlinks in a loop, and its client waits for the daemon.
bare=("Spawning PM2 daemon")
shimmed=("PM2 Successfully daemonized" "app .* online .* u$uid ")
try() {
    echo 'setInterval(() => {}, 1000)' >app.js
    user PM2_HOME="$VOLUME/.pm2" node "$PM2" start app.js
    user PM2_HOME="$VOLUME/.pm2" node "$PM2" restart app
    user PM2_HOME="$VOLUME/.pm2" node "$PM2" list
}
