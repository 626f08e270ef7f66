# qlshim doctor on programs, crons and settings, where things are as they are for users.

load common
load doctor

@test "programs out of a preload's reach: static, Go, set-id; and those in it" {
    printf 'int main(void) { return 0; }' >/tmp/empty.c
    cc -static -o /tmp/static /tmp/empty.c
    install -m 4755 /usr/bin/true /mnt/disk/set-id
    chmod 755 /tmp/static
    local program
    for program in /tmp/static /mnt/disk/set-id /usr/bin/rclone "$QLSHIM"; do
        doctor "$program"
        [ "$status" -eq 1 ]
        [ "$(found programs "$program" status)" = needs-reader ]
    done
    [[ $(doctor /usr/bin/rclone; found programs /usr/bin/rclone fact) == *Go* ]]
    for program in /usr/bin/env "$(command -v node)" build/busybox/busybox build/npm/node_modules/pm2/bin/pm2; do
        doctor "$program"
        [ "$status" -eq 0 ]
        [ "$(found programs "$program" status)" = fine ]
    done
    doctor /usr/bin/crontab
    [ "$(found programs /usr/bin/crontab status)" = mended ]
    doctor env no-such-program
    [ "$(found programs "$(command -v env)" status)" = fine ]
    [ "$(found folders no-such-program status)" = needs-reader ]
}

@test "crons out of reach: a static busybox, at, fcron, incron; the remedy names a cron of this image that works" {
    local name
    printf 'int main(void) { return 0; }' >/tmp/empty.c
    mkdir -p /tmp/crons
    for name in crond at atd fcron incrond; do
        cc -static -o /tmp/crons/$name /tmp/empty.c
    done
    settings=(PATH=/tmp/crons:/usr/bin:/bin:/usr/sbin)
    doctor
    [ "$(found cron /tmp/crons/crond status)" = needs-reader ]
    [[ $(found cron /tmp/crons/crond fact) == "is static"* ]]
    for name in crond at atd fcron incrond; do
        [ "$(found cron /tmp/crons/$name remedy)" = "use /usr/sbin/cron, which runs as this user" ]
    done
    [ "$(found cron /tmp/crons/at status)" = note ]
    # In an image without one.
    mount -t tmpfs tmpfs /usr/sbin
    settings=(PATH=/tmp/crons:/usr/bin:/bin)
    doctor
    umount /usr/sbin
    [[ $(found cron /tmp/crons/at remedy) == "use a cron that runs as this user: the package cron or cronie, or"* ]]
}

@test "a busybox without crond is recommended to nobody; one that is static, or called by its name alone, is told of" {
    local crons=/tmp/boxes
    mkdir -p $crons
    printf 'int main(void) { return 0; }' >/tmp/empty.c
    cc -static -o $crons/at /tmp/empty.c
    # As Debian's, which is built without the applet.
    sed 's/\x00crond\x00/\x00cronx\x00/' build/busybox/busybox >$crons/busybox
    chmod 755 $crons/busybox
    ln -s busybox $crons/crond
    mount -t tmpfs tmpfs /usr/sbin # in which Debian's is
    settings=(PATH=$crons:/usr/bin:/bin)
    run -127 $crons/crond -f
    [[ $output == *"applet not found"* ]]
    doctor
    [ "$(found cron $crons/crond status fact | tr '\n' ' ')" = "needs-reader is a busybox's that was built without it " ]
    [[ $(found cron $crons/crond remedy) == "use a cron that runs as this user: the package cron or cronie, or"* ]]
    [ "$(found cron $crons/at remedy)" = "$(found cron $crons/crond remedy)" ]
    # The same with the applet, and no link to it, and with one.
    cp build/busybox/busybox $crons/busybox
    rm $crons/crond
    doctor
    [ "$(found cron "$crons/busybox crond" status)" = mended ]
    [ "$(found cron $crons/at remedy)" = "use \`$crons/busybox crond\`, which runs as this user" ]
    ln -s busybox $crons/crond
    doctor
    [ -z "$(found cron "$crons/busybox crond" status)" ]
    [ "$(found cron $crons/at remedy)" = "use $crons/crond, which runs as this user" ]
    # Nextcloud's.
    rm $crons/crond
    printf 'const char volatile text[] = "BusyBox v1.35.0\\0crond"; int main(void) { return text[0] == 0; }' >/tmp/static.c
    cc -static -o $crons/busybox /tmp/static.c
    doctor
    umount /usr/sbin
    [ "$(found cron "$crons/busybox crond" status fact | tr '\n' ' ')" = "needs-reader is static: out of a preload's reach " ]
    [[ $(found cron "$crons/busybox crond" remedy) == "use a cron that runs as this user: the package cron"* ]]
}

@test "a state folder that is somebody else's, or that others may write, is left to the reader" {
    local owner mode
    for owner in 34567:755 23456:777; do
        mkdir /tmp/state-${owner%:*}
        chown "${owner%:*}" /tmp/state-${owner%:*}
        chmod "${owner#*:}" /tmp/state-${owner%:*}
        settings=(QLSHIM_STATE=/tmp/state-${owner%:*})
        doctor
        [ "$status" -eq 1 ]
        [ "$(found cron /tmp/state-${owner%:*} status fact | tr '\n' ' ')" = "needs-reader others can write or replace it " ]
        [ -z "$(ls -A /tmp/state-${owner%:*})" ]
    done
    install -d -o 23456 -m 700 /tmp/state-own
    settings=(QLSHIM_STATE=/tmp/state-own)
    doctor
    [ "$(found cron /tmp/state-own status)" = note ]
}

@test "busybox is told by what its file holds" {
    mkdir -p /tmp/layout
    install build/busybox/busybox /tmp/layout/crontab
    settings=(PATH=/tmp/layout:/usr/bin:/bin)
    doctor
    [ "$(found cron /tmp/layout/crontab fact)" = "busybox's" ]
}

@test "what is wrong with the preload and the settings is left to the reader" {
    settings=(LD_PRELOAD=/nowhere/libqlshim.so QLSHIM_SOCKETS=maybe QLSHIM_LOG=off)
    doctor /tmp
    [ "$status" -eq 1 ]
    [[ $(found preload LD_PRELOAD=/nowhere fact) == "is not there" ]]
    [[ $(found preload QLSHIM_SOCKETS=maybe fact) == *"auto, always, off"* ]]
    mkdir -p /tmp/noexec
    mount -t tmpfs -o noexec,mode=0755 tmpfs /tmp/noexec
    cp "$LIBRARY" /tmp/noexec/
    settings=(QLSHIM_LIBRARY=/tmp/noexec/libqlshim.so)
    doctor /tmp
    [ "$status" -eq 1 ]
    [[ $(found preload /tmp/noexec fact) == *noexec* ]]
    umount /tmp/noexec
    settings=(QLSHIM_LIBRARY=/nowhere)
    doctor /tmp
    [ "$status" -eq 1 ]
    settings=(QLSHIM_TMPDIR=/proc)
    doctor /tmp
    [ "$status" -eq 1 ]
    [[ $(found folders /proc remedy) == *QLSHIM_TMPDIR* ]]
}

@test "a library whose end is missing, one of another platform, and what is none" {
    local size
    for size in 0 10 4096 40000 $(($(stat -c %s "$LIBRARY") - 1)); do
        head -c $size "$LIBRARY" >/tmp/libqlshim.so
        settings=(QLSHIM_LIBRARY=/tmp/libqlshim.so)
        doctor /tmp
        [ "$status" -eq 1 ]
        [[ $size -eq 0 || $(found preload /tmp/libqlshim.so fact) == "is a library whose end is missing" ]] || fail "$size: $output"
    done
    head -c 40000 "$LIBRARY" >/tmp/libqlshim.so
    settings=(LD_PRELOAD=/tmp/libqlshim.so)
    run -135 nameless "${settings[@]}" /bin/true
    doctor /tmp
    [[ $(found preload LD_PRELOAD=/tmp/libqlshim.so fact) == "is a library whose end is missing" ]]
    # Bytes 18 and 19 are e_machine, byte 4 the class (elf(5)).
    cp "$LIBRARY" /tmp/libqlshim.so
    printf '\0\377' | dd of=/tmp/libqlshim.so bs=1 seek=18 conv=notrunc status=none
    doctor /tmp
    [ "$status" -eq 1 ]
    [[ $(found preload LD_PRELOAD=/tmp/libqlshim.so fact) == "is of another platform than this command" ]]
    echo text >/tmp/libqlshim.so
    doctor /tmp
    [[ $(found preload LD_PRELOAD=/tmp/libqlshim.so fact) == "is no library" ]]
}

@test "nothing is said to be mended that a setting leaves alone" {
    mount_volume faulty mknod=EPERM
    fresh_folder
    doctor "$FOLDER"
    [ "$status" -eq 0 ]
    settings=(QLSHIM_SOCKETS=off)
    doctor "$FOLDER"
    [ "$status" -eq 1 ]
    [ "$(found folders "$FOLDER" status bind | paste -sd ' ')" = "needs-reader EPERM" ]
    [[ $(found folders "$FOLDER" remedy) == *QLSHIM_SOCKETS* ]]
    settings=(QLSHIM_CRON=off)
    doctor /tmp
    [ "$status" -eq 1 ]
    [ "$(found cron /usr/bin/crontab status)" = needs-reader ]
    [[ $(found cron /usr/bin/crontab remedy) == *QLSHIM_CRON* ]]
    settings=(QLSHIM_DISABLE=1)
    doctor "$FOLDER"
    [ "$status" -eq 1 ]
    [ "$(found preload QLSHIM_DISABLE status)" = needs-reader ]
}

@test "a setting's value that fills the line is told of, too" {
    settings=(QLSHIM_TMPDIR="/$(printf '%05000d' 0)")
    doctor /tmp
    [ "$status" -eq 1 ]
    [ "$(found preload QLSHIM_TMPDIR=/0000 fact)" = "is too long" ]
}
