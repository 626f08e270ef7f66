# qlshim explain: what programs here really say, without the shim, is known to it.

load common
load verdict

setup() {
    fresh_folder
}

# explains MESSAGE COMMAND…: the command, bare, says the message and fails, or goes on without what it
# asked for; explain knows what it said, and says what AREA it is.
explains() {
    local message=$1
    shift
    output=$(nameless "$@" 2>&1) || true
    [[ $output == *"$message"* ]] || fail "$* said: $output"
    run "$QLSHIM" explain <<<"$output"
    [ "$status" -eq 0 ] || fail "explain does not know: $message"
    [[ $output == *"cause: "* && $output == *"what to do: "* ]]
    explained=$output held
}

@test "what programs say of a volume that refuses sockets is known" {
    explains EIO node -e 'require("net").createServer().listen(process.argv[1])' "$FOLDER/a.sock"
    explains "Input/output error" /usr/bin/python3 -c \
        'import socket, sys; socket.socket(socket.AF_UNIX).bind(sys.argv[1])' "$FOLDER/b.sock"
    explains "Failed opening Unix socket" redis-server --port 0 --save "" --dir /tmp --unixsocket "$FOLDER/c.sock"
    explains "error creating" tmux -S "$FOLDER/d.sock" new-session -d sleep 1
    explains "bind() to unix:" /usr/sbin/nginx -e stderr -g "pid /tmp/nginx.pid;" -c "$(nginx_configuration)"
}

nginx_configuration() {
    cat >/tmp/nginx.conf <<END
events {}
http { access_log off; client_body_temp_path /tmp/n1; proxy_temp_path /tmp/n2; fastcgi_temp_path /tmp/n3;
uwsgi_temp_path /tmp/n4; scgi_temp_path /tmp/n5; server { listen unix:$FOLDER/e.sock; } }
END
    echo /tmp/nginx.conf
}

@test "what programs say of a uid without a name is known" {
    explains "uv_os_get_passwd returned ENOENT" node -e 'os.userInfo()'
    explains "getpwuid(): uid not found" /usr/bin/python3 -c 'import os, pwd; pwd.getpwuid(os.getuid())'
    explains "cannot find name for user ID" whoami
    explains "cannot find name for group ID" groups
    explains "No user exists for uid" ssh localhost
    explains "does not exist" psql -h /tmp
    explains "I have no name!" PS1='\u: ' bash --norc -i
    explains "EACCES: permission denied, mkdir '/.pm2" node build/npm/node_modules/pm2/bin/pm2 list
    explains "writing to the directory: /.npm" npm view nothing --offline
}

@test "what crontab and cron say is known" {
    explains "your UID isn't in the passwd file" crontab -l
    explains "/var/run/crond.pid" /usr/sbin/cron -f
    explains "must be suid to work properly" build/busybox/busybox crontab -l
    explains "can't change directory to '/var/spool/cron/crontabs'" build/busybox/busybox crond -f -L /dev/stderr
    run setpriv --reuid daemon --regid daemon --clear-groups crontab -u root -l
    run "$QLSHIM" explain <<<"$output"
    [[ $output == "must be privileged to use -u"*"Only root may"* ]]
}

# A job's process says these where nobody sees it, so they are read from the program's file.
# What Debian's at 3.2.5, incron 0.5.12, busybox 1.35 and busybox-static say to such a user.
@test "a cron that is out of reach: what to use instead is said" {
    local message
    for message in "Cannot access user database: Success" "cannot determine current user" \
        "cannot read directory for system tables (/etc/incron.d): (13) Permission denied" \
        "instance lookup failed: (13) Permission denied" "user 'u23456' is not allowed to use incron" \
        "Fcron must be executed as root" "crond: applet not found" "crontab: applet not found"; do
        run "$QLSHIM" explain "$message"
        [[ $output == *"with qlshim:  out of its reach"*"Use "*"cron that runs as this user: Debian's cron, cronie, or a "*busybox*"names one of this image"* ]] ||
            fail "$message: $output"
    done
    run "$QLSHIM" explain "crond: can't change directory to '/var/spool/cron/crontabs': Permission denied"
    [[ $output == *"the busybox is static"*"names a cron that works"* ]]
}

@test "what the process of a cron job says is known" {
    local count=0 message
    while IFS= read -r message; do
        run "$QLSHIM" explain "${message//%lu/23456}"
        [[ $output == *"cron changes to the job's user"* ]] || fail "not known: $message"
        explained=$output held
        count=$((count + 1))
    done < <(grep -aoE 'do_command:[a-z]+\(%lu\) failed' /usr/sbin/cron)
    [ "$count" -eq 3 ]
}

@test "what loaders say is known" {
    explains "cannot be preloaded" LD_PRELOAD=/nowhere/libqlshim.so true
    explains "Error relocating" LD_PRELOAD="$(find /usr/lib -name 'libfakeroot-sysv.so' | head -1)" build/busybox/busybox true
    seq 1000 >/tmp/text
    explains "invalid ELF header" LD_PRELOAD=/tmp/text true
    # What Docker makes of a volume's path that is not there.
    mkdir /tmp/libqlshim.so
    explains "cannot read file data" LD_PRELOAD=/tmp/libqlshim.so true
    [[ $("$QLSHIM" explain <<<"$(LD_PRELOAD=/tmp/libqlshim.so env true 2>&1)") == *"a folder that the engine made for a missing bind mount"* ]]
    head -c 40000 "$LIBRARY" >/tmp/broken.so
    explains "Bus error" bash -c 'LD_PRELOAD=/tmp/broken.so /bin/true; echo'
    mkdir -p /tmp/noexec
    mount -t tmpfs -o noexec,mode=0755 tmpfs /tmp/noexec
    cp "$LIBRARY" /tmp/noexec/
    explains "failed to map segment" LD_PRELOAD=/tmp/noexec/libqlshim.so true
}

# Of 20.10's client, and of 28.5 with {"features": {"cdi": false}}; of one that finds no spec, tests/containers/cdi.bats.
@test "what a Docker says that reads no CDI specs is known" {
    local message
    for message in 'docker: qlshim.org/shim=all is not an absolute path.' \
        'docker: Error response from daemon: could not select device driver "cdi" with capabilities: []'; do
        run "$QLSHIM" explain "$message"
        [[ $output == *'"cdi": true'* ]] || fail "$output"
    done
}

@test "what is promised of sockets holds" {
    verdict works "Input/output error" perl -MIO::Socket::UNIX -e 'IO::Socket::UNIX->new(Listen => 1, Local => $ARGV[0]) or die "bind: $!"' "$FOLDER/perl.sock"
    printf '[unix_http_server]\nfile=%s\n[supervisord]\nlogfile=/tmp/supervisor.log\npidfile=/tmp/supervisor.pid\n' \
        "$FOLDER/supervisor.sock" >/tmp/supervisor.conf
    LIMIT=4 verdict works "Cannot open an HTTP server: socket.error reported" supervisord -n -c /tmp/supervisor.conf
    rm -rf "$FOLDER"/supervisor.sock*
    # Go's, out of reach.
    verdict no "bind: input/output error" containerd --root /tmp/containerd --state /tmp/containerd-state --address "$FOLDER/go.sock"
}

@test "what is promised of names and homes holds" {
    verdict works "could not lock config file //.gitconfig: Permission denied" git config --global a.b c
    verdict works '$HOME not set' env --unset=HOME git config --global a.b c
    verdict works "writing to the directory: /.npm" npm --no-update-notifier cache verify
    verdict works "No user exists for uid" ssh -G somewhere
    verdict works "user.home = ?" java -XshowSettings:properties -version
    verdict works "cannot create directory '//.cache'" sh -c 'mkdir -p "$HOME/.cache"'
    verdict works "cannot create directory ‘//.cache’" LC_ALL=C.UTF-8 sh -c 'mkdir -p "$HOME/.cache"'
    verdict works "uid not found" /usr/bin/python3 -c 'import os, pwd; pwd.getpwuid(os.getuid())'
    said=$(timeout 20 setpriv --reuid 23456 --regid 0 --groups=2000 groups 2>&1) || true
    run "$QLSHIM" explain <<<"$said"
    [[ $output == *"cannot find name for group ID 2000"*"it works"* ]]
    said=$(timeout 20 setpriv --reuid 23456 --regid 0 --groups=2000 env LD_PRELOAD="$LIBRARY" groups 2>&1)
    [ "$said" = "root g2000" ]
}

@test "what the shim does not mend is not promised" {
    git init -q /tmp/of-root
    verdict no "detected dubious ownership in repository" git -C /tmp/of-root status
    shimmed ssh-keygen -q -t ed25519 -N '' -f /tmp/open-key
    chmod 0755 /tmp/open-key
    said=$(shimmed ssh-keygen -y -f /tmp/open-key 2>&1) || true
    [[ $said == *"Permissions 0755 for '/tmp/open-key' are too open"* ]]
    run "$QLSHIM" explain <<<"$said"
    [[ $output == *"out of its reach"* && $output != *"it works"* ]]
    install -D -o "$NAMELESS_UID" -m 0666 /dev/null /tmp/home/.ssh/config
    said=$(shimmed HOME=/tmp/home QLSHIM_HOME=/tmp/home ssh -G somewhere 2>&1) || true
    [[ $said == *"Bad owner or permissions on /tmp/home/.ssh/config"* ]] || fail "$said"
    run "$QLSHIM" explain <<<"$said"
    [[ $output == *"out of its reach"* && $output != *"it works"* ]]
    # rclone has no links.
    touch "$FOLDER/file"
    verdict no "failed to create symbolic link" ln -s target "$FOLDER/link"
    verdict no "failed to create hard link" ln "$FOLDER/file" "$FOLDER/other"
    verdict no "Input/output error: 'target' -> '" /usr/bin/python3 -c 'import os, sys; os.symlink("target", sys.argv[1])' "$FOLDER/link"
    verdict no "EIO: i/o error, symlink" node -e 'fs.symlinkSync("target", process.argv[1])' "$FOLDER/link"
    verdict no "EIO: i/o error, link" node -e 'fs.linkSync(...process.argv.slice(1))' "$FOLDER/file" "$FOLDER/other"
    verdict no "rb_file_s_symlink" ruby -e 'File.symlink("target", ARGV[0])' "$FOLDER/link"
    # Of a file, not of a socket.
    verdict helps "Operation not permitted: '/etc/passwd'" /usr/bin/python3 -c 'import os; os.chmod("/etc/passwd", 0o600)'
    local programs=(/usr/lib/postgresql/*/bin)
    LIMIT=60 shimmed "${programs[-1]}/initdb" -D /tmp/open-data --no-sync >/dev/null
    chmod 0777 /tmp/open-data
    said=$(shimmed "${programs[-1]}/postgres" -D /tmp/open-data -k /tmp 2>&1) || true
    [[ $said == *"has invalid permissions"* ]]
    run "$QLSHIM" explain <<<"$said"
    [[ $output == *"out of its reach"* && $output != *"it works"* ]]
}

# in_view MESSAGE COMMAND…: of root's folder /mnt/disk/image; bare, and with the library alone, the message is said.
in_view() {
    verdict helps "$@"
    shimmed QLSHIM_WRITABLE=/mnt/disk/image "${@:2}" || fail "$*: not in a view"
}

@test "what helps for a folder of the image does" {
    mkdir /mnt/disk/image
    echo root >/mnt/disk/image/file
    in_view "bind: Permission denied" perl -MIO::Socket::UNIX -e \
        'IO::Socket::UNIX->new(Listen => 1, Local => $ARGV[0]) or die "bind: $!"' /mnt/disk/image/perl.sock
    in_view "listen EACCES" node -e 'require("net").createServer().listen(process.argv[1], process.exit)' /mnt/disk/image/node.sock
    in_view "Permission denied - connect(2) for /" ruby -rsocket -e 'UNIXServer.new(ARGV[0])' /mnt/disk/image/ruby.sock
    in_view "chown: changing ownership of" chown -R "$NAMELESS_UID" /mnt/disk/image
    in_view "cannot touch" touch /mnt/disk/image/file
}

@test "a socket that nobody serves is known in Ruby's words, and is told from a port" {
    explains "No such file or directory - connect(2) for" ruby -rsocket -e 'UNIXSocket.new(ARGV[0])' "$FOLDER/none.sock"
    nameless touch "$FOLDER/file"
    explains "Connection refused - connect(2) for /" ruby -rsocket -e 'UNIXSocket.new(ARGV[0])' "$FOLDER/file"
    explains "Connection refused - connect(2) for" ruby -rsocket -e 'TCPSocket.new("127.0.0.1", 9)'
    [[ $output == *"localhost"*"with qlshim:  out of its reach"* ]]
}

# The other side's words, and those of a Go program, whatever the folder.
@test "what QLSHIM_WRITABLE does not reach is not promised" {
    local said
    for said in "dial unix /var/run/docker.sock: connect: permission denied" "listen unix /run/a.sock: bind: permission denied" \
        "listen unix /mnt/a.sock: bind: no such device or address"; do
        run "$QLSHIM" explain "$said"
        [[ $output == *"out of its reach"* && $output != *QLSHIM_WRITABLE* ]] || fail "$said"
    done
}

@test "the first line of the issue is known, as an argument and in a log, and explained once" {
    run "$QLSHIM" explain connect ENOTSUP /ql/data/.pm2/rpc.sock
    [ "$status" -eq 0 ]
    [[ $output == *"refuses Unix sockets"*"it works"* ]]
    run "$QLSHIM" explain <<<$'0|app | ready\nError: connect ENOTSUP /a/rpc.sock\nError: connect ENOTSUP /b/pub.sock\n'
    [ "$(grep -c 'cause:' <<<"$output")" -eq 1 ]
    [[ $output != *ready* ]]
}

@test "at least forty messages are known, each by its own words" {
    local count=0 name value port=
    while read -r name value; do
        case $name in
        area:) port=$([ "$value" != ports ] || echo " 127.0.0.1:80") ;;
        message:)
            "$QLSHIM" explain "${value//.../ something }$port" >/dev/null || fail "not known: $value"
            count=$((count + 1))
            ;;
        esac
    done <shim/command/messages.txt
    [ "$count" -ge 40 ]
}

# A word alone, as EPERM, is no message.
@test "what the README and the page on trouble show as messages is known, in both languages" {
    local page message count=0
    for page in README.md docs/{README.zh-CN,troubleshooting,troubleshooting.zh-CN}.md; do
        while read -r message; do
            "$QLSHIM" explain "${message//…/ something }" >/dev/null || fail "$page: not known: $message"
            count=$((count + 1))
        done < <(awk '/^\|/ { rows++; split($0, cells, "|"); print cells[2] } rows && !/^\|/ { exit }' "$page" |
            grep -o '`[^`]*`' | grep ' ' | tr -d '`')
    done
    [ "$count" -ge 30 ]
}

# promised PLACE MESSAGE: explain knows it, and does not call it out of reach.
promised() {
    run "$QLSHIM" explain "${2//…/ something }"
    [[ $output == *"with qlshim:  "* && $output != *"out of its reach"* ]] || fail "$1: $2: $output"
}

# Their last column says that it works, or that they run.
@test "README's table and doctor promise no more than explain" {
    local page message count=0
    for page in README.md docs/README.zh-CN.md; do
        while read -r message; do
            promised "$page" "$message"
            count=$((count + 1))
        done < <(awk '/^\|/ { rows++; split($0, cells, "|"); print cells[2] } rows && !/^\|/ { exit }' "$page" |
            grep -o '`[^`]*`' | grep ' ' | tr -d '`')
    done
    [ "$count" -ge 20 ]
    count=0
    while read -r message; do
        promised doctor "$message"
        count=$((count + 1))
    done < <(nameless "$QLSHIM" doctor "$FOLDER" | awk '$1 == "mended" { mended = 1 } $1 ~ /^(fine|note|YOU)$/ { mended = 0 } mended && $1 == "without:"' |
        grep -o '`[^`]*`' | grep ' ' | tr -d '`')
    [ "$count" -ge 8 ]
}

# The page is what the matrix has seen: the first message is what the program says without the shim, the last column
# what became of it with the shim: of what others say, too, for whom it does not work, "see what to do" names the library. Of
# those that the shim does not reach (static ones) nothing is asked: what they say, others say for whom it works.
@test "what each program of docs/compatibility.md says is known, and mended as it came out where it works" {
    local name message outcome works=0
    while IFS=$'\t' read -r name message outcome; do
        run "$QLSHIM" explain "${message//\$VOLUME//data}"
        case $outcome in
        works | works:*)
            [[ $output == *"with qlshim:  it works"* || $output == *"with qlshim:  see what to do"*libqlshim.so* ]] ||
                fail "$name: $message: $output"
            [[ $output == *"with qlshim:  see"* ]] || works=$((works + 1))
            ;;
        esac
    done < <(awk -F ' [|] ' '/^[|] / && $4 ~ /^`/ { sub(/^[|] /, "", $1); split($4, said, "`"); sub(/ [|]$/, "", $5); print $1 "\t" said[2] "\t" $5 }' docs/compatibility.md)
    [ "$works" -ge 40 ]
}

@test "an unknown text gets an honest answer and 1" {
    run "$QLSHIM" explain "the cat sat on the mat"
    [ "$status" -eq 1 ]
    [[ $output == *"not known"* ]]
    run "$QLSHIM" explain </dev/null
    [ "$status" -eq 1 ]
}

@test "input of any bytes does no harm" {
    head -c 200000 /dev/urandom >/tmp/bytes
    run timeout 120 "$QLSHIM" explain </tmp/bytes
    [ "$status" -eq 1 ]
    head -c 3000000 /dev/zero | tr '\0' 'b' >/tmp/long
    run timeout 120 "$QLSHIM" explain </tmp/long
    [ "$status" -eq 1 ]
    run "$QLSHIM" explain $'\e]0;owned\a connect ENOTSUP \e[2J'
    [[ $output != *$'\e'* ]]
    run "$QLSHIM" explain </work-that-is-not-there 2>/dev/null || true
    run bash -c '"$0" explain <&-' "$QLSHIM"
    [ "$status" -eq 125 ]
}

@test "no order to a terminal gets through from a log, a path or a socket's name" {
    local orders=$'\e[31m \xc2\x9b31m \x9b31m \x7f Gr\xc3\xb6\xc3\x9fe'
    local plain=$'?[31m ?31m ?31m ? Gr\xc3\xb6\xc3\x9fe'
    run "$QLSHIM" explain "connect ENOTSUP $orders"
    [ "$status" -eq 0 ]
    [ "${lines[0]}" = "connect ENOTSUP ${plain#*m}" ]
    run "$QLSHIM" doctor "/nowhere/$orders"
    [[ $output == *"/nowhere/$plain: ENOENT"* ]]
    mkdir -p -m 0711 /tmp/.qlshim-0
    /usr/bin/python3 -c 'import socket; socket.socket(socket.AF_UNIX).bind("/tmp/.qlshim-0/0123456789abcdef")'
    ln -s "/nowhere/$orders" /tmp/.qlshim-0/0123456789abcdef.name
    run "$QLSHIM" status
    [[ $output == *"/nowhere/$plain  ->  "* ]]
}

@test "docs/messages.md is what the table says" {
    diff docs/messages.md <(awk -f docs/messages.awk shim/command/messages.txt)
}
