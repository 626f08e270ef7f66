# Unmodified programs as a uid without a name: what they say bare, and what they do with the shim.

load common
load identity

@test "node: os.userInfo and os.homedir" {
    mended_everywhere "uv_os_get_passwd returned ENOENT" "u23456 23456 23456 /bin/sh $MADE $MADE" \
        node -e 'const u = os.userInfo(); console.log(u.username, u.uid, u.gid, u.shell, u.homedir, os.homedir())'
    # Without HOME it asks getpwuid.
    mended "uv_os_homedir returned ENOENT" "$MADE" \
        node -e 'delete process.env.HOME; console.log(os.homedir())'
    HOME_IS=HOME=/tmp mended ENOENT "/tmp /tmp" node -e 'console.log(os.userInfo().homedir, os.homedir())'
}

@test "npm writes its cache" {
    mkdir /tmp/package
    echo '{"name": "empty", "version": "1.0.0"}' >/tmp/package/package.json
    tar -C /tmp -czf /tmp/empty.tgz package
    mended "path /.npm" "" npm --no-update-notifier cache add /tmp/empty.tgz
    [ -d $MADE/.npm/_cacache/content-v2 ]
    mended "/.npm" "$MADE/.npm" npm --no-update-notifier config get cache
    HOME_IS=--unset=HOME mended "" "$MADE/.npm" npm --no-update-notifier config get cache
}

pm2() {
    under "$WAY" NO_COLOR=1 node build/npm/node_modules/pm2/bin/pm2 "$@"
}

@test "PM2 without PM2_HOME" {
    echo 'setInterval(() => {}, 1000);' >/tmp/app.js
    WAY=bare run pm2 start /tmp/app.js
    [ "$status" -ne 0 ]
    [[ $output == *"EACCES: permission denied, mkdir '/.pm2/logs'"* ]]
    WAY=shimmed
    run --separate-stderr pm2 start /tmp/app.js
    [ "$status" -eq 0 ]
    [ "$stderr" = "" ]
    # Its list shows whose each is.
    eventually pm2_shows 'app .* online .* u23456 '
    [ -S $MADE/.pm2/rpc.sock ]
    [ -s $MADE/.pm2/pids/app-0.pid ]
    pm2 kill
    [ ! -e $MADE/.pm2/rpc.sock ]
    eventually all_ended
}

pm2_shows() {
    pm2 list | grep -q "$1"
}

@test "python: getpass, pwd, grp and expanduser" {
    mended_everywhere "uid not found: 23456" u23456 \
        /usr/bin/python3 -c 'import getpass; print(getpass.getuser())'
    # Not from the environment.
    mended "uid not found: 23456" "u23456 u23456 $MADE 23456" /usr/bin/python3 -c '
import grp, os, pwd
os.environ.clear()
print(pwd.getpwuid(os.getuid()).pw_name, grp.getgrgid(os.getgid()).gr_name, os.path.expanduser("~"),
      pwd.getpwnam("u23456").pw_uid)'
    mended "~u23456" "$MADE" /usr/bin/python3 -c 'import os; print(os.path.expanduser("~u23456"))'
    # It gives the terminal's user first, of which there is none.
    mended "No such device" u23456 /usr/bin/python3 -c 'import os; print(os.getlogin())'
    mended False True /usr/bin/python3 -c 'import pwd; print(pwd.getpwall()[-1].pw_name == "u23456")'
}

@test "whoami, id, stat" {
    mended_everywhere "cannot find name for user ID 23456" u23456 whoami
    mended "uid=23456 gid=23456 groups=23456" \
        "uid=23456(u23456) gid=23456(u23456) groups=23456(u23456)" id
    mended "cannot find name for group ID 23456" u23456 id -gn
    mended "no such user" 23456 id -u u23456
    nameless mkdir -p /tmp/mine
    mended "UNKNOWN UNKNOWN" "u23456 u23456" stat -c '%U %G' /tmp/mine
    mended "no login name" u23456 logname
}

@test "bash's prompt and ~" {
    mended_everywhere "I have no name!" "u23456 $MADE" bash -c 'prompt="\u"; echo "${prompt@P}" ~'
    mended "" "u23456 u23456" bash -c 'echo $USER $LOGNAME'
    mended "~u23456" "$MADE /usr/sbin" bash -c 'echo ~u23456 ~daemon'
}

@test "busybox, as musl has it: whoami, id, ~, ls" {
    [[ $(readelf -lW "$BUSYBOX") == *ld-musl* ]]
    mended_everywhere "unknown uid 23456" u23456 "$BUSYBOX" whoami
    mended_everywhere "" "$MADE $MADE $MADE u23456 u23456" \
        "$BUSYBOX" sh -c 'cd; echo ~ $HOME $(pwd) $USER $LOGNAME'
    mended "uid=23456 gid=23456" "uid=23456(u23456) gid=23456(u23456)" "$BUSYBOX" id
    mended "~u23456" "$MADE /usr/sbin" "$BUSYBOX" sh -c 'echo ~u23456 ~daemon'
    nameless mkdir -p /tmp/mine
    mended "UNKNOWN UNKNOWN" "u23456 u23456" "$BUSYBOX" stat -c '%U %G' /tmp/mine
}

@test "ssh and ssh-keygen" {
    mended_everywhere "No user exists for uid 23456" "" \
        sh -c 'rm -f /tmp/key*; ssh-keygen -q -t ed25519 -N "" -f /tmp/key'
    # The key's place is asked for, and the answer is Enter.
    mended "No user exists for uid 23456" "Enter file in which to save the key ($MADE/.ssh/id_ed25519): " \
        sh -c 'echo | ssh-keygen -q -t ed25519 -N ""'
    [[ $(cat $MADE/.ssh/id_ed25519.pub) == *" u23456@"* ]]
    run nameless ssh -V
    [[ $output == "No user exists for uid 23456"* ]]
    run shimmed ssh -V
    [[ $output == OpenSSH_* ]]
    run shimmed ssh -G somewhere
    [[ $output == *"user u23456"* ]]
    [[ $output == *"userknownhostsfile $MADE/.ssh/known_hosts"* ]]
}

@test "ssh-agent and ssh-add" {
    local use='ssh-agent sh -c "ssh-add && ssh-add -l"'
    run nameless sh -c "$use"
    [ "$output" = "No user found with uid 23456" ]
    shimmed ssh-keygen -q -t ed25519 -N '' -C 'the key' -f /tmp/key
    shimmed sh -c 'mkdir -m 700 ~/.ssh && mv /tmp/key ~/.ssh/id_ed25519'
    run shimmed sh -c "$use"
    [ "$status" -eq 0 ]
    [[ ${lines[0]} == "Identity added: $MADE/.ssh/id_ed25519 "* ]]
    [[ ${lines[1]} == *" (ED25519)" ]]
}

@test "git commit" {
    nameless git init -q /tmp/repository
    mended "unable to auto-detect name" "" \
        git -C /tmp/repository -c user.email=me@example.org commit -q --allow-empty -m one
    run shimmed git -C /tmp/repository log -1 --format='%an <%ae> %cn'
    [ "$output" = "u23456 <me@example.org> u23456" ]
    HOME_IS=--unset=HOME mended "HOME not set" "" git config --global init.defaultBranch main
    [ -s $MADE/.gitconfig ]
}

@test "initdb, postgres and psql, with the socket on FAT" {
    local programs=(/usr/lib/postgresql/*/bin) LIMIT=60
    local psql=("${programs[-1]}/psql" -d postgres -Atc 'SELECT current_user')
    mount_volume fat
    run nameless "${programs[-1]}/initdb" -D /tmp/bare
    [[ $output == *"could not look up effective user ID 23456: user does not exist"* ]]
    run shimmed "${programs[-1]}/initdb" -D /tmp/data --no-sync --auth=peer
    [ "$status" -eq 0 ]
    [[ $output == *'owned by user "u23456"'* ]]
    shimmed "${programs[-1]}/postgres" -D /tmp/data -k "$VOLUME" -h '' >/tmp/log 2>&1 3>&- &
    # Its peer authentication looks the client's uid up.
    eventually shimmed "${psql[@]}" -h "$VOLUME"
    mended "local user with ID 23456 does not exist" u23456 "${psql[@]}" -h "$VOLUME"
    [ ! -S "$VOLUME/.s.PGSQL.5432" ] # it is elsewhere
    kill "$(head -1 /tmp/data/postmaster.pid)"
    eventually grep 'database system is shut down' /tmp/log
    [ -z "$(ls -A "$VOLUME")" ]
}

@test "java's user.name and user.home" {
    local HOME_IS
    for HOME_IS in HOME=/ --unset=HOME HOME=/root; do
        run under bare java -XshowSettings:properties -version
        [[ $output == *"user.home = ?"* && $output == *"user.name = ?"* ]]
        run under shimmed java -XshowSettings:properties -version
        [[ $output == *"user.home = $MADE"$'\n'* && $output == *"user.name = u23456"$'\n'* ]]
    done
}

@test "gpg makes and lists a key" {
    mended "can't create directory '//.gnupg': Permission denied" "" \
        gpg --quiet --batch --passphrase '' --quick-generate-key 'the key' ed25519
    run shimmed gpg --quiet --list-secret-keys
    [[ $output == "$MADE/.gnupg/pubring.kbx"*"the key"* ]]
    shimmed gpgconf --kill gpg-agent
}

@test "getent" {
    mended "" "u23456:*:23456:23456:u23456:$MADE:/bin/sh" getent passwd 23456
    mended "" "u23456:*:23456:23456:u23456:$MADE:/bin/sh" getent passwd u23456
    mended "" "u23456:*:23456:" getent group 23456
}
