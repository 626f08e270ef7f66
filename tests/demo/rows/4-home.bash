title="PM2 where HOME is /"
bare=("EACCES.*mkdir")
shimmed=("app .* online .* u$uid ")
try() {
    echo 'setInterval(() => {}, 1000)' >app.js
    user node "$PM2" start app.js
    user node "$PM2" list
}
