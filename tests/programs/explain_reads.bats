# qlshim explain: how it reads what programs, engines and panels print, and that it takes no word for another.

setup() {
    load common
}

# answers TEXT VERDICT WORDS: in explain's words, and with these words in its answer.
answers() {
    run "$QLSHIM" explain <<<"$1"
    [[ $output == *"with qlshim:  $2"* && $output == *"$3"* ]] || fail "$1: $output"
}

unknown() {
    run "$QLSHIM" explain <<<"$1"
    [ "$status" -eq 1 ] || fail "$1: $output"
}

@test "a message is known in whole words, and as a whole path" {
    answers "/bin/sh: 1: ps: not found" "out of its reach" "PM2 runs"
    unknown "/bin/sh: 1: https: not found"
    unknown "respawn psx: not found"
    unknown "rebind /data/a: Input/output error"
    unknown "connect EIOCTL"
    answers "touch: cannot touch '/ql/x': Permission denied" "it works" "QLSHIM_WRITABLE=/ql"
    answers "touch: cannot touch '/opt/ql/x': Permission denied" "see what to do" "another user's"
    answers 'mkdir: cannot create directory "/.cache": Permission denied' "it works" 'HOME is `/`'
    answers "mkdir: cannot create directory \`/.cache': Permission denied" "it works" 'HOME is `/`'
}

@test "a port's address is told from a socket's path" {
    local said
    for said in "listen tcp :80: bind: permission denied" "Error: listen EACCES: permission denied 0.0.0.0:80" \
        "nginx: [emerg] bind() to 0.0.0.0:80 failed (13: Permission denied)" \
        "(13)Permission denied: AH00072: make_sock: could not bind to address [::]:80" \
        'Permission denied - bind(2) for "0.0.0.0" port 80 (Errno::EACCES)'; do
        answers "$said" "out of its reach" "below 1024"
    done
    for said in "Error: listen EADDRINUSE: address already in use :::3000" \
        "nginx: [emerg] bind() to [::]:8080 failed (98: Address already in use)" \
        "OSError: [Errno 98] error while attempting to bind on address ('0.0.0.0', 8000): address already in use" \
        "listen tcp 127.0.0.1:9090: bind: address already in use" "Bind for 0.0.0.0:80 failed: port is already allocated"; do
        answers "$said" "out of its reach" "another port"
    done
    for said in "Error: connect ECONNREFUSED 127.0.0.1:6379" "dial tcp [::1]:5432: connect: connection refused" \
        'connection to server at "localhost" (127.0.0.1), port 5432 failed: Connection refused'; do
        answers "$said" "out of its reach" "localhost"
    done
    for said in "Error: listen EADDRINUSE: address already in use /data/app.sock" "listen EADDRINUSE: address already in use /data/app" \
        "[10:00:00] bind: /data/app.sock: Address already in use"; do
        answers "$said" "see what to do" "at the socket's path"
    done
    answers "listen unix /run/app.sock: bind: permission denied" "out of its reach" "written in Go"
    answers "connect() to unix:/run/php.sock failed (13: Permission denied) while connecting to upstream, client: 10.0.0.1, host: \"localhost:8080\"" \
        "out of its reach" "at that socket"
}

@test "what is no refusal of a volume is not taken for one" {
    local said
    for said in "mount --bind /a /b failed: Operation not permitted" \
        'error mounting "/a" to rootfs at "/b": bind mount: invalid argument' \
        "time.sleep(-1): Invalid argument" "read: Input/output error" "kill: Operation not permitted"; do
        unknown "$said"
    done
    for said in "OSError: [Errno 22] Invalid argument" "PermissionError: [Errno 1] Operation not permitted" \
        "OSError: [Errno 5] Input/output error" "java.net.SocketException: Invalid argument (connect failed)" \
        "setuid: Operation not permitted" "fatal: unable to auto-detect email address (got 'root@abc.(none)')"; do
        answers "$said" "see what to do" libqlshim.so
    done
    answers "nginx: [emerg] bind() to unix:/data/a.sock failed (98: Address already in use)" "see what to do" "qlshim status"
    answers "Failed opening Unix socket: bind: No such file or directory" "out of its reach" "mkdir -p"
    answers "unable to bind listening socket for address '/run/php/a.sock': No such file or directory (2)" "out of its reach" "mkdir -p"
    answers 'ERROR:  permission denied for table users' "out of its reach" "GRANT"
    unknown 'nginx: [error] open() "/var/run/nginx.pid" failed (2: No such file or directory)'
    unknown "javax.security.auth.login.LoginException: Login timed out"
    unknown "PAM: Authentication failure for root from 10.0.0.1"
    unknown "su: No passwd entry for user 'app'"
    answers "su: can't set groups: Operation not permitted" "out of its reach" "becomes another user"
    answers "Error: /app/node_modules/bcrypt/lib/bcrypt_lib.node: invalid ELF header" "out of its reach" "npm rebuild"
    answers "System limit for number of file watchers reached" "out of its reach" "max_user_watches"
}

@test "colours, carriage returns and prefixes are read through" {
    local known="connect ENOTSUP /data/rpc.sock" line
    for line in $'\e[31mError\e[39m: \e[1mconnect ENOTSUP\e[22m /data/rpc.sock' $'\e[31mconnect ENOTSUP\e[0m /data/rpc.sock' \
        '[31mconnect ENOTSUP[39m /data/rpc.sock' '^[[31mconnect ENOTSUP^[[0m /data/rpc.sock' \
        '#033[31mconnect ENOTSUP#033[0m /data/rpc.sock' $'\e]8;;http://x\e\\connect ENOTSUP /data/rpc.sock\e]8;;\e\\' \
        "$known"$'\r' $'\r'"$known" "0|app  | 2024-05-01T10:00:00: $known" "app-1  | $known" \
        "May 01 10:00:00 host node[12]: $known" "[2024-05-01 10:00:00] [ERROR] app - $known" "错误：$known。" \
        "time=\"10:00\" level=error msg=\"said:\\n$known\\n    at x\""; do
        answers "$line" "it works" "refuses Unix sockets"
        [[ $output != *$'\e'* && $output != *$'\r'* ]]
    done
    answers "EACCES: permission denied, mkdir &#39;/.npm&#39;" "it works" "npm's cache"
    answers "open() \\\"/run/nginx.pid\\\" failed (13: Permission denied)" "it works" "nginx"
    # What Windows' PowerShell makes of `docker logs NAME > log`.
    printf '%s\r\n' "$known" | iconv -t UTF-16 >/tmp/utf-16
    run "$QLSHIM" explain </tmp/utf-16
    [[ $status -eq 0 && $output == *"refuses Unix sockets"* ]]
}

@test "lines of JSON are read: Docker's json-file, pino's, one in the other, and one that was cut" {
    local line
    for line in '{"log":"Error: \u001b[31mconnect ENOTSUP\u001b[39m /data/rpc.sock\r\n","stream":"stderr","time":"2024-05-01T10:00:00Z"}' \
        '{"level":50,"time":1714550400000,"pid":7,"hostname":"127.0.0.1:80","err":{"type":"Error","message":"connect ENOTSUP /data/rpc.sock","stack":"Error: x\n    at y","code":"ENOTSUP"},"msg":"failed"}' \
        '{"log":"{\"level\":50,\"err\":{\"message\":\"connect ENOTSUP /data/rpc.sock\"}}\n","stream":"stdout"}' \
        '2024-05-01T10:00:00Z ERROR app {"error": "connect ENOTSUP /data/rpc.sock"}' \
        '{"log":"connect ENOTSUP /data/rpc.sock'; do
        answers "$line" "it works" "refuses Unix sockets"
        [[ $output != *'{"'* ]]
    done
    # The values are read each for itself.
    unknown '{"op":"bind","path":"/x","error":"Input/output error"}'
}

@test "what people reported: no more is promised than holds, and what is frequent is known" {
    local verdict source message count=0
    local -A words=([works]="it works" [helps]="see what to do" [no]="out of its reach" [unknown]="")
    while IFS=$'\t' read -r verdict source message; do
        [[ $verdict != "#"* ]] || continue
        run "$QLSHIM" explain <<<"$message"
        [[ $output == *"with qlshim:  ${words[$verdict]}"* || "$verdict $status" == "unknown 1" ]] || fail "$source: $message: $output"
        count=$((count + 1))
    done <tests/programs/reported.txt
    [ "$count" -ge 122 ]
}
