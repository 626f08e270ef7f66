# The account and the home that a user without a name gets by the settings, and who keeps what he has.

load common
load identity

@test "settings: name, home, shell" {
    local settings=(QLSHIM_USER=panel QLSHIM_HOME=/tmp/of-the-panel QLSHIM_SHELL=/bin/bash)
    mended "" panel:*:23456:23456:panel:/tmp/of-the-panel:/bin/bash "${settings[@]}" getent passwd 23456
    [ "$(stat -c '%a %u %F' /tmp/of-the-panel)" = "700 23456 directory" ]
    mended "I have no name!" "panel /tmp/of-the-panel panel" \
        "${settings[@]}" bash -c 'prompt="\u"; echo "${prompt@P}" ~ $USER'
    mended "" "panel /tmp/of-the-panel" "${settings[@]}" "$BUSYBOX" sh -c 'echo $(whoami) ~ 2>&1'
    [ ! -e $MADE ]
    mended "cannot find name" joe USER=joe whoami
    mended "cannot find name" ann USER=root LOGNAME=ann whoami
}

# refused QLSHIM_USER SHOWN: one line that names it, and the default.
refused() {
    local program
    for program in "" "$BUSYBOX"; do
        run --separate-stderr shimmed QLSHIM_USER="$1" $program whoami
        [ "$output" = "u23456" ]
        [ "$status" -eq 0 ]
        [ "$stderr" = "qlshim: QLSHIM_USER=$2; ignored" ]
        run --separate-stderr shimmed QLSHIM_USER="$1" USER=joe $program whoami
        [ "$output" = joe ]
        [ "$stderr" = "qlshim: QLSHIM_USER=$2; ignored" ]
    done
}

@test "QLSHIM_USER that cannot be a user name, or is somebody's, is refused in one line" {
    local long=abcdefghijklmnopqrstuvwxyz0123456
    refused a:b "a:b: cannot be a user name"
    refused $'a\nroot' "a?root: cannot be a user name"
    refused -a "-a: cannot be a user name"
    refused "a b" "a b: cannot be a user name"
    refused a/b "a/b: cannot be a user name"
    refused $long "$long: cannot be a user name"
    refused root "root: is another user's name"
    run --separate-stderr shimmed QLSHIM_USER= whoami
    [ "$output$stderr" = u23456 ]
    run --separate-stderr shimmed QLSHIM_USER="${long%6}" whoami
    [ "$output$stderr" = "${long%6}" ]
}

@test "the home that the shim makes is the user's own, and stays" {
    shimmed sh -c 'umask 0; echo kept >~/file'
    [ "$(stat -c '%a %u' $MADE)" = "700 23456" ]
    [ "$(shimmed "$BUSYBOX" sh -c 'cat ~/file')" = kept ]
    # Another user has taken the private folder's name.
    rm -rf /tmp/.qlshim-23456
    mkdir -m 777 -p $MADE
    run shimmed sh -c 'echo $HOME'
    [ "$output" = /tmp/.qlshim-23456-1/home ]
    rm -rf /tmp/.qlshim-23456
    ln -s /etc /tmp/.qlshim-23456
    run shimmed sh -c 'echo $HOME'
    [ "$output" = /tmp/.qlshim-23456-1/home ]
}

# homes SCRIPT: HOME in glibc and musl after the script, in a mount namespace of its own.
homes() {
    unshare --mount bash -c '
        eval "$1"
        for shell in sh "$2 sh"; do
            setpriv --reuid 23456 --regid 23456 --clear-groups env -i PATH="$PATH" HOME=/ \
                XDG_RUNTIME_DIR=/mnt/runtime LD_PRELOAD="$3" $shell -c "echo \$HOME \$(whoami)"
        done' homes "$1" "$BUSYBOX" "$LIBRARY" 2>&1
}

@test "where /tmp cannot be written the home moves on, and last is the root folder" {
    local expected
    mkdir -m 1777 -p /mnt/runtime
    run homes 'mount -t tmpfs -o ro tmpfs /tmp'
    expected="/mnt/runtime/.qlshim-23456/home u23456"
    [ "$output" = "$expected"$'\n'"$expected" ]
    run homes 'mount -t tmpfs -o ro tmpfs /tmp; chmod 700 /mnt/runtime; mount -t tmpfs tmpfs /dev/shm'
    expected="/dev/shm/.qlshim-23456/home u23456"
    [ "$output" = "$expected"$'\n'"$expected" ]
    run homes 'mount -t tmpfs -o ro tmpfs /tmp; chmod 700 /mnt/runtime; mount -t tmpfs -o ro tmpfs /dev/shm'
    [ "$output" = $'/ u23456\n/ u23456' ]
}

# same COMMAND…: with the library and everything that it might use, a command says what it says bare.
same() {
    local settings=(QLSHIM_USER=panel QLSHIM_HOME=/tmp/of-the-panel QLSHIM_SHELL=/bin/bash) bare
    run timeout 20 setpriv "${RUN_AS[@]}" --clear-groups env -i PATH="$PATH" HOME=/usr "$@"
    bare="$status $output"
    run timeout 20 setpriv "${RUN_AS[@]}" --clear-groups env -i PATH="$PATH" HOME=/usr \
        LD_PRELOAD="$LIBRARY" "${settings[@]}" "$@"
    [ "$status $output" = "$bare" ]
}

@test "users with a name, and root, keep what they have" {
    local user
    for user in root daemon postgres; do
        RUN_AS=(--reuid "$user" --regid "$(id -g $user)")
        same whoami
        same id
        same getent passwd
        same getent group
        same bash -c 'prompt="\u"; echo "${prompt@P}" ~ $HOME $USER $LOGNAME'
        same "$BUSYBOX" id
        same "$BUSYBOX" sh -c 'echo ~ $HOME $USER $LOGNAME'
        same node -p 'os.userInfo().username + os.homedir()'
    done
    [ ! -e /tmp/.qlshim-1 ]
    [ ! -e /tmp/of-the-panel ]
    RUN_AS=(--reuid 23456 --regid 23456)
    same getent passwd root daemon postgres 34567
    same getent group root daemon postgres 34567
    same id root
    same id 34567
    same "$BUSYBOX" id daemon
    same bash -c 'echo ~root ~daemon ~nobody-else'
}

# podman COMMAND…: as Podman and CRI-O start a container's user whom its image does not know.
podman() {
    timeout 20 setpriv --reuid 23456 --regid 0 --clear-groups env -i PATH="$PATH" HOME=/ "$@" </dev/null
}

@test "a user whose line says that his home is / (Podman, OpenShift) has another, and keeps his name" {
    local way
    cp /etc/passwd /tmp/passwd
    echo '23456:*:23456:0:container user:/:/bin/sh' >>/tmp/passwd
    mount --bind /tmp/passwd /etc/passwd
    mkdir -p /tmp/package
    echo '{"name": "empty", "version": "1.0.0"}' >/tmp/package/package.json
    tar -C /tmp -czf /tmp/empty.tgz package
    run podman npm --no-update-notifier cache add /tmp/empty.tgz
    [[ $output == *"path /.npm"* ]]
    run podman LD_PRELOAD="$LIBRARY" npm --no-update-notifier cache add /tmp/empty.tgz
    [ "$status" -eq 0 ]
    [ -d $MADE/.npm/_cacache/content-v2 ]
    run podman git config --global init.defaultBranch main
    [[ $output == *"could not lock config file //.gitconfig: Permission denied"* ]]
    podman LD_PRELOAD="$LIBRARY" git config --global init.defaultBranch main
    [ -s $MADE/.gitconfig ]
    for way in "" "$BUSYBOX"; do
        [ "$(podman LD_PRELOAD="$LIBRARY" $way sh -c 'echo $HOME $USER $LOGNAME')" = "$MADE" ]
        [ "$(podman LD_PRELOAD="$LIBRARY" $way id -un)" = 23456 ]
        # Without HOME programs ask for the entry.
        [ "$(podman LD_PRELOAD="$LIBRARY" --unset=HOME $way sh -c 'echo $HOME')" = "$MADE" ]
    done
    local entry="23456:*:23456:0:container user:$MADE:/bin/sh"
    [ "$(podman getent passwd 23456)" = "23456:*:23456:0:container user:/:/bin/sh" ]
    [ "$(podman LD_PRELOAD="$LIBRARY" getent passwd 23456)" = "$entry" ]
    [ "$(podman LD_PRELOAD="$LIBRARY" getent passwd | tail -1)" = "$entry" ]
    [ "$(podman getent passwd | head -20)" = "$(podman LD_PRELOAD="$LIBRARY" getent passwd | head -20)" ]
    [ "$(podman LD_PRELOAD="$LIBRARY" node -p 'delete process.env.HOME; os.homedir() + os.userInfo().homedir')" = "$MADE$MADE" ]
    [ "$(podman LD_PRELOAD="$LIBRARY" QLSHIM_HOME=/tmp/of-the-panel bash -c 'echo $HOME ~23456')" = "/tmp/of-the-panel /tmp/of-the-panel" ]
    [ "$(stat -c '%a %u' /tmp/of-the-panel)" = "700 23456" ]
    # Never root's, and not where nothing is amiss.
    [ "$(env HOME=/ LD_PRELOAD="$LIBRARY" QLSHIM_HOME=/tmp/of-the-panel sh -c 'echo $HOME')" = / ]
    [ "$(podman LD_PRELOAD="$LIBRARY" QLSHIM_HOME=/tmp/of-the-panel HOME=/tmp sh -c 'echo $HOME')" = /tmp ]
    [ "$(podman LD_PRELOAD="$LIBRARY" QLSHIM_HOME=/tmp/of-the-panel HOME=/usr sh -c 'echo $HOME')" = /usr ]
    umount /etc/passwd
    eval "$(nameless "$QLSHIM" env | grep HOME)" # the command knows it, too
    [ "$HOME" = $MADE ]
}

@test "what a HOME holds that cannot be written is there in the home that takes its place" {
    local HOME_IS=HOME=/tmp/image-home
    mkdir -p /tmp/image-home/.config/pip
    echo 'registry=http://registry.example' >/tmp/image-home/.npmrc
    printf '[user]\n\tname = of the image\n' >/tmp/image-home/.gitconfig
    printf '[global]\nindex-url = http://pypi.example\n' >/tmp/image-home/.config/pip/pip.conf
    [ "$(under bare npm --no-update-notifier config get registry)" = http://registry.example ]
    [ "$(under shimmed npm --no-update-notifier config get registry)" = http://registry.example ]
    [ "$(under shimmed git config user.name)" = "of the image" ]
    [ "$(under shimmed sh -c 'cat ~/.config/pip/pip.conf')" = "$(cat /tmp/image-home/.config/pip/pip.conf)" ]
    # What it could not write there, it can here.
    run under bare sh -c 'mkdir ~/.config/mine'
    [ "$status" -ne 0 ]
    under shimmed sh -c 'mkdir ~/.config/mine ~/.mine && echo one >~/.mine/file'
    # Again, with what is new there.
    echo new >/tmp/image-home/.later
    [ "$(under shimmed sh -c 'cat ~/.later ~/.mine/file')" = $'new\none' ]
    [ ! -e /tmp/image-home/.mine ]
}

@test "QLSHIM_DISABLE=1 leaves everything as it is" {
    for program in whoami id "$BUSYBOX id" env; do
        run nameless QLSHIM_DISABLE=1 $program
        bare=$output
        run shimmed QLSHIM_DISABLE=1 $program
        [ "$(grep -v ^LD_PRELOAD <<<"$output")" = "$bare" ]
    done
    [ ! -e /tmp/.qlshim-23456 ]
}

# How often glibc asks for the name service's daemon, its first step of each look-up by NSS, while
# `env` starts under a library.
nss_look_ups() {
    nameless strace -f -o /tmp/looked -e trace=connect env HOME=/tmp "$@" /bin/true
    grep -c '/nscd/socket' /tmp/looked
}

@test "where nsswitch.conf has nothing but files, a start asks nobody else; where it has more, it does" {
    printf 'passwd: files\ngroup: files\n' >/tmp/files
    printf 'passwd: files systemd\ngroup: files\n' >/tmp/more
    cp /tmp/more /tmp/nsswitch.conf
    mount --bind /tmp/nsswitch.conf /etc/nsswitch.conf
    run nss_look_ups
    [ "$output" = 0 ]
    run nss_look_ups LD_PRELOAD="$LIBRARY"
    [ "$output" -gt 0 ]
    cat /tmp/files >/tmp/nsswitch.conf
    run nss_look_ups LD_PRELOAD="$LIBRARY"
    [ "$output" = 0 ]
    run nameless /usr/bin/id -un
    [ "$status" -ne 0 ]
    run shimmed USER=daemon /usr/bin/id -un # somebody else's name
    umount /etc/nsswitch.conf
    [ "$output" = u23456 ]
}

@test "another library that knows the uid is asked, whatever nsswitch.conf says" {
    printf 'passwd: files\ngroup: files\n' >/tmp/nsswitch.conf
    mount --bind /tmp/nsswitch.conf /etc/nsswitch.conf
    printf 'wrapped:x:23456:23456::/:/bin/sh\n' >/tmp/passwd
    printf 'wrapped:x:23456:\n' >/tmp/group
    local wrapper
    wrapper=(NSS_WRAPPER_PASSWD=/tmp/passwd NSS_WRAPPER_GROUP=/tmp/group)
    local name='import os, pwd; print(pwd.getpwuid(os.getuid()).pw_name, os.environ.get("USER"))'
    run nameless "${wrapper[@]}" LD_PRELOAD=libnss_wrapper.so /usr/bin/python3 -c "$name"
    [ "$output" = "wrapped None" ]
    run nameless "${wrapper[@]}" LD_PRELOAD="$LIBRARY:libnss_wrapper.so" /usr/bin/python3 -c "$name"
    [ "$output" = "wrapped None" ]
    run shimmed /usr/bin/python3 -c "$name"
    umount /etc/nsswitch.conf
    [ "$output" = "u23456 u23456" ]
}
