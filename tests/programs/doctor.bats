# qlshim doctor on volumes, folders and users, where things are as they are for users.

load common
load doctor

@test "a volume that refuses sockets: which step fails, by its errno, and that it is mended" {
    local kind step
    for kind in fat rclone; do
        mount_volume $kind
        fresh_folder
        doctor "$FOLDER"
        [ "$status" -eq 0 ]
        [ "$(found folders "$FOLDER" status bind chmod | tr '\n' ' ')" = "mended EIO not tried " ]
        [[ $(found folders "$FOLDER" message) == *"listen EIO"* ]]
        [[ $(found folders "$FOLDER" remedy) == *"/tmp/.qlshim-23456"* ]]
        [ -z "$(ls -A "$FOLDER")" ]
        unmount_volume
    done
    VOLUME=
}

@test "a volume without symbolic or hard links: programs lock by them, and the shim does not mend that" {
    local kind
    for kind in fat rclone; do
        mount_volume $kind
        fresh_folder
        nameless touch "$FOLDER/file"
        run nameless ln -s file "$FOLDER/link"
        [ "$status" -ne 0 ]
        run nameless ln "$FOLDER/file" "$FOLDER/other"
        [ "$status" -ne 0 ]
        doctor "$FOLDER"
        [ "$status" -eq 0 ]
        [ "$(found folders "links in $FOLDER" status)" = note ]
        grep -q 'no symbolic ones: E.*SingletonLock' /tmp/doctor.json
        grep -q 'no hard ones: E.*pnpm' /tmp/doctor.json
        # rclone answers chmod with success and does nothing.
        nameless chmod 0640 "$FOLDER/file" || true
        [ "$(found folders "modes in $FOLDER" status)" = "$(case $kind in rclone) echo note ;; esac)" ]
        [ "$(ls -A "$FOLDER")" = file ]
        unmount_volume
    done
    VOLUME=
    mkdir -m 1777 /mnt/disk/links
    doctor /mnt/disk/links
    ! grep -q 'links in\|modes in' /tmp/doctor.json || false
    [ -z "$(ls -A /mnt/disk/links)" ]
}

@test "groups without a name, and a home / of a user with one" {
    timeout 20 setpriv --reuid 1 --regid 1 --groups=2000 env -i PATH="$PATH" HOME=/ "$QLSHIM" doctor --json /tmp >/tmp/doctor.json || true
    [ "$(found identity "supplementary gid 2000" status remedy | paste -sd ' ')" = "mended the name is g2000" ]
    [ "$(found identity HOME=/ status)" = mended ]
    [[ $(found identity HOME=/ remedy) == "HOME becomes /tmp/.qlshim-1/home;"* ]]
    [ "$(timeout 20 setpriv --reuid 1 --regid 1 --groups=2000 env -i HOME=/ LD_PRELOAD="$LIBRARY" sh -c 'echo $HOME')" = /tmp/.qlshim-1/home ]
}

@test "volumes that fail later: at the look-up, chmod, connect, unlink" {
    local fault step result links
    while read -r fault step result links; do
        mount_volume faulty $fault
        fresh_folder
        doctor "$FOLDER"
        [ "$status" -eq 0 ]
        [ "$(found folders "$FOLDER" status bind "$step" symlinks | paste -sd ' ')" = "mended ok ${result/_/ } $links" ] ||
            fail "$fault: $(found folders "$FOLDER" status bind lookup chmod connect unlink symlinks)"
        unmount_volume
    done <<'END'
chmod=EINVAL chmod EINVAL ok
stat-later=ENOTSUP lookup ENOTSUP ok
regular lookup wrong_answer ok
connect connect ECONNREFUSED ok
unlink=EPERM unlink EPERM ok
END
    VOLUME=
}

@test "a disk is fine, and doctor leaves nothing there" {
    mkdir -m 1777 /mnt/disk/fine
    doctor /mnt/disk/fine
    [ "$status" -eq 0 ]
    [ "$(found folders /mnt/disk/fine status bind lookup chmod connect unlink | tr '\n' ' ')" = "fine ok ok ok ok ok " ]
    [ -z "$(ls -A /mnt/disk/fine)" ]
}

@test "doctor sees the truth although the shim is preloaded" {
    mount_volume rclone
    fresh_folder
    settings=(LD_PRELOAD="$LIBRARY")
    doctor "$FOLDER"
    [ "$(found folders "$FOLDER" status bind | tr '\n' ' ')" = "mended EIO " ]
    [[ $(found preload "LD_PRELOAD=" fact) == "is there" ]]
}

@test "a volume that does not answer is said to, and does not hold doctor up" {
    mount_volume rclone
    kill -STOP "$VOLUME_PID"
    LIMIT=40 doctor "$VOLUME"
    kill -CONT "$VOLUME_PID"
    [ "$status" -eq 1 ]
    [[ $(found folders "$VOLUME" fact) == "does not answer" ]]
}

@test "so is one that a setting names, or HOME" {
    local variable
    mount_volume rclone
    kill -STOP "$VOLUME_PID"
    for variable in HOME QLSHIM_TMPDIR QLSHIM_LIBRARY QLSHIM_LOG_FILE PATH; do
        settings=($variable="$VOLUME")
        [ $variable != PATH ] || settings=(PATH="$PATH:$VOLUME")
        LIMIT=40 doctor /tmp
        [ "$status" -eq 1 ] || fail "$variable: $status"
        [ "$(found folders "$variable=$VOLUME" fact)" = "does not answer" ]
    done
    kill -CONT "$VOLUME_PID"
}

@test "a folder of somebody else's: named with its owner, and left to the reader" {
    mkdir -m 755 /mnt/disk/roots
    doctor /mnt/disk/roots
    [ "$status" -eq 1 ]
    [ "$(found folders /mnt/disk/roots status)" = needs-reader ]
    [[ $(found folders /mnt/disk/roots fact) == *"owner 0:0, mode 0755"* ]]
    doctor /mnt/disk/not-there
    [ "$status" -eq 1 ]
    [ "$(found folders /mnt/disk/not-there fact)" = ENOENT ]
    [[ $(found folders /mnt/disk/not-there remedy) == *"correct its name"* ]]
}

@test "without a PATH it looks at the usual folders, and a nameless user in a plain container is not alarmed" {
    mkdir -m 1777 /mnt/disk/pm2
    settings=(PM2_HOME=/mnt/disk/pm2)
    doctor
    [ "$status" -eq 0 ]
    [ "$(found folders /mnt/disk/pm2 status)" = fine ]
    [ "$(found folders "$PWD" status)" = note ]
    [ "$(found identity "uid 23456" status)" = mended ]
    [[ $(found identity "uid 23456" message) == *"uv_os_get_passwd returned ENOENT"* ]]
    [ "$(found identity HOME=/ status)" = mended ]
    [[ $(found cron /usr/bin/crontab message) == *"your UID isn't in the passwd file"* ]]
    [ "$(found cron /usr/sbin/cron status)" = mended ]
    [[ $(found programs "" fact) == *set-id*" su "* ]]
    [[ $(found programs "" fact) != *crontab* && $(found programs "" fact) != *ssh-agent* ]]
}

@test "root, and a named user, are told that all is fine" {
    run "$QLSHIM" doctor
    [ "$status" -eq 0 ]
    [[ $output == *"uid 0: has a name"*"All is fine"* ]]
    run timeout 20 setpriv --reuid daemon --regid daemon --clear-groups env -i PATH="$PATH" HOME=/tmp "$QLSHIM" doctor /tmp
    [ "$status" -eq 0 ]
    [[ $output == *"fine     uid 1: has a name"* ]]
}

@test "a path of any bytes is reported in valid JSON" {
    local odd=$'/mnt/disk/a"\\\n\xff\xc3\xa9'
    mkdir -m 777 "$odd"
    doctor "$odd"
    [ "$status" -eq 0 ]
    [ "$(found folders "/mnt/disk/a\"" status)" = fine ]
}

@test "doctor is right where standard input and error are closed" {
    mkdir -m 1777 /mnt/disk/closed
    nameless "$QLSHIM" doctor --json /mnt/disk/closed <&- 2>&- >/tmp/doctor.json
    [ "$(found folders /mnt/disk/closed status)" = fine ]
    run --separate-stderr nameless bash -c '"$@" <&- 2>&-' closed "$QLSHIM" exec readlink /proc/self/fd/0 /proc/self/fd/2
    [[ $output != /* ]]
}

# The trial's chmod comes after its lstat, whose end strace holds up.
@test "a neighbour's hard link in the trial's place does not get the trial's mode" {
    mkdir -m 1777 /mnt/disk/neighbour
    install -m 4755 /dev/null /mnt/disk/victim
    timeout 40 strace -f -o /dev/null -e trace=newfstatat -e inject=newfstatat:delay_exit=500000:when=2+ \
        "$QLSHIM" doctor --json /mnt/disk/neighbour >/tmp/doctor.json 3>&- &
    local doctor=$!
    eventually sh -c 'test -S /mnt/disk/neighbour/.qlshim-trial-0-*'
    sleep 0.1
    ln -f /mnt/disk/victim /mnt/disk/neighbour/.qlshim-trial-0-*
    wait $doctor || true
    [ "$(stat -c %a /mnt/disk/victim)" = 4755 ]
}

@test "two folders of PATH with one inode number, on two volumes, are two" {
    local volume
    for volume in one two; do
        mkdir -p /tmp/$volume
        mount -t tmpfs tmpfs /tmp/$volume
        install -m 4755 /bin/true /tmp/$volume/set-id-$volume
    done
    [ "$(stat -c %i /tmp/one)" = "$(stat -c %i /tmp/two)" ]
    settings=(PATH=/tmp/one:/tmp/two)
    doctor
    [[ $(found programs "" fact) == *"set-id-one set-id-two"* ]]
    umount /tmp/one /tmp/two
}
