# The Debian package: it is built, lintian has nothing against it, and in a system of its own it is
# installed, used and purged.

setup_file() {
    . tests/containers/engine.bash
    make_base_archive
    mkdir -p /mnt/disk/system
    tar --extract --file "$base_archive" --directory /mnt/disk/system
    mount -t proc proc /mnt/disk/system/proc
    checkout >/tmp/before
    env -u MAKEFLAGS -u MAKELEVEL make --no-print-directory deb >/tmp/log 2>&1 || { tail -n 40 /tmp/log; return 1; } >&2
}

setup() {
    load common
    VERSION=$("$QLSHIM" --version)
    VERSION=${VERSION#qlshim }
    PACKAGE=qlshim_${VERSION}_$(dpkg --print-architecture).deb
}

# Every file of the checkout but those that are built, with its time.
checkout() {
    find . \( -path ./build -o -name .git \) -prune -o -printf '%p %T@\n' | sort
}

in_system() {
    timeout -k 2 60 chroot /mnt/disk/system env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/ \
        DEBIAN_FRONTEND=noninteractive "$@" 3>&-
}

nameless_in_system() {
    in_system setpriv --reuid 23456 --regid 23456 --clear-groups "$@"
}

# What dpkg itself keeps of a package that was there once: lists of its own, and a log.
files_of_system() {
    (cd /mnt/disk/system && find . -xdev \( -path ./var/lib/dpkg -o -path ./var/log -o -path ./proc \) -prune \
        -o -print | sort)
}

@test "make deb leaves the package in build/deb, and the checkout as it was" {
    [ -s "build/deb/$PACKAGE" ]
    [ -s "build/deb/qlshim-dbgsym_${PACKAGE#qlshim_}" ]
    run diff /tmp/before <(checkout)
    [ "$output" = "" ]
    [[ $(dpkg-deb --field "build/deb/$PACKAGE" Version) == "$VERSION" ]]
    run dpkg-deb --contents "build/deb/$PACKAGE"
    for file in usr/bin/qlshim usr/lib/libqlshim.so usr/share/man/man1/qlshim.1.gz usr/share/man/man7/libqlshim.7.gz \
        usr/share/bash-completion/completions/qlshim usr/share/zsh/vendor-completions/_qlshim \
        usr/share/doc/qlshim/changelog.gz usr/share/doc/qlshim/README.md.gz; do
        [[ $output == *" ./$file"* ]] || fail "no $file"
    done
}

@test "lintian has nothing against it but what is overridden, with the reasons" {
    # Its status is no help: with --show-overrides, overridden tags count (lintian 2.116).
    run lintian --show-overrides "build/deb/${PACKAGE%.deb}.changes"
    [ -z "$(grep '^[EW]:' <<<"$output")" ] || fail "$output"
    [ "$(grep -c '^O: qlshim:' <<<"$output")" -eq "$(grep -c '^qlshim:' debian/qlshim.lintian-overrides)" ]
}

@test "before the package: no preload, no name, no command" {
    run in_system env LD_PRELOAD=libqlshim.so true
    [[ $output == *"cannot be preloaded"* ]]
    run nameless_in_system whoami
    [ "$status" -eq 1 ]
    run -127 in_system qlshim --version
}

@test "installed, it is found by its bare name and by its command" {
    files_of_system >/tmp/system-before
    cp build/deb/*.deb /mnt/disk/system/
    in_system dpkg --install "/$PACKAGE"
    run in_system env LD_PRELOAD=libqlshim.so true
    [ "$status $output" = "0 " ]
    run in_system qlshim --version
    [ "$output" = "qlshim $VERSION" ]
    run nameless_in_system env LD_PRELOAD=libqlshim.so whoami
    [ "$output" = u23456 ]
    run nameless_in_system qlshim exec -- whoami
    [ "$output" = u23456 ]
    run nameless_in_system qlshim exec -- printenv LD_PRELOAD
    [ "$output" = /usr/lib/libqlshim.so ]
}

# dpkg moves the new file over the old one, which a program that runs keeps.
@test "upgraded under a program that runs: it goes on, and has children" {
    dpkg-deb --raw-extract "build/deb/$PACKAGE" /tmp/newer
    sed -i "s/^Version: .*/&+newer/" /tmp/newer/DEBIAN/control
    dpkg-deb --root-owner-group --build /tmp/newer /mnt/disk/system/newer.deb
    nameless_in_system env LD_PRELOAD=libqlshim.so sh -c 'echo >/tmp/runs; until [ -e /stop ]; do sleep 0.1; done; id -un' >/tmp/ran &
    local program=$!
    eventually test -e /mnt/disk/system/tmp/runs
    run grep -hs 'libqlshim.so.*(deleted)$' /proc/[0-9]*/maps
    [ "$output" = "" ]
    in_system dpkg --install /newer.deb
    [ "$(in_system dpkg-query --show --showformat '${Version}' qlshim)" = "$VERSION+newer" ]
    run grep -hs 'libqlshim.so.*(deleted)$' /proc/[0-9]*/maps
    [ "$output" != "" ]
    touch /mnt/disk/system/stop
    wait "$program"
    [ "$(cat /tmp/ran)" = u23456 ]
    rm /mnt/disk/system/{stop,tmp/runs}
    in_system dpkg --install "/$PACKAGE"
}

@test "the package of debug information is what gdb looks for" {
    local library=/mnt/disk/system/usr/lib/libqlshim.so
    run gdb --batch --nx -ex "file $library" -ex 'info line settings_load'
    [[ $output != *shim/core/settings.c* ]]
    in_system dpkg --install "/qlshim-dbgsym_${PACKAGE#qlshim_}"
    run gdb --batch --nx -ex 'set debug-file-directory /mnt/disk/system/usr/lib/debug' -ex "file $library" \
        -ex 'info line settings_load'
    [[ $output == *shim/core/settings.c* ]]
}

@test "purged, it leaves nothing" {
    in_system dpkg --purge qlshim-dbgsym qlshim
    rm -f /mnt/disk/system/*.deb
    rm -rf /mnt/disk/system/tmp/.qlshim-*
    files_of_system >/tmp/system-after
    run diff /tmp/system-before /tmp/system-after
    [ "$output" = "" ]
    run in_system env LD_PRELOAD=libqlshim.so true
    [[ $output == *"cannot be preloaded"* ]]
    run nameless_in_system whoami
    [ "$status" -eq 1 ]
}
