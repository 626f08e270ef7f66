# Roots in which what make dist makes is installed and used, as users have them: Debian's and one of musl, both with node,
# npm and PM2, and Debian's of arm64, by qemu.
#
#     make_roots                                      glibc, musl (on x86-64) and arm64 below /mnt/disk/roots
#     within KIND root|nameless [NAME=value…] WORD…   a command in one, without a network, for LIMIT seconds at most (60)

. tests/programs/common.bash
. tests/containers/engine.bash
. tests/containers/images.bash

ROOTS=/mnt/disk/roots

roots() {
    echo glibc
    [ "$(uname -m)" != x86_64 ] || echo musl
    [ "$(uname -m)" = aarch64 ] || echo arm64
}

make_roots() {
    local kind root applet
    for kind in $(roots); do
        root=$ROOTS/$kind
        mkdir -p "$root"
        "make_root_$kind" "$root"
        # Node's programs are the same on all.
        mkdir -p "$root"/{data,proc,opt/prefix,usr/lib/node_modules}
        cp -a build/npm/node_modules/. build/npm-npm/node_modules/npm "$root/usr/lib/node_modules"
        for applet in pm2/bin/pm2 npm/bin/npm-cli.js; do
            ln -sf "../lib/node_modules/$applet" "$root/usr/bin/$(basename "${applet%-cli.js}")"
        done
        echo 'setInterval(() => {}, 1000)' >"$root/app.js"
        chown "$NAMELESS_UID" "$root/opt/prefix"
        chmod 1777 "$root/tmp"
        mount -t proc proc "$root/proc"
        mount --bind /dev "$root/dev"
    done
}

make_root_glibc() {
    make_base_archive
    tar -C "$1" -xf "$base_archive"
}

make_root_musl() {
    musl_root "$1"
    mkdir -p "$1/dev"
    cp -a build/musl-node/. "$1"
    ln -s "ld-musl-$(uname -m).so.1" "$1/lib/libc.musl-$(uname -m).so.1"
    for applet in dirname readlink od uname ps; do ln -s busybox "$1/bin/$applet"; done
    ln -s ../../bin/env "$1/usr/bin/env"
}

make_root_arm64() {
    tests/platforms/programs-root aarch64
    cp -a build/roots/aarch64-programs/. "$1"
}

within() {
    local kind=$1 user=() through=(unshare --net)
    [ "$2" = root ] || user=("--userspec=$NAMELESS_UID:$NAMELESS_UID" --groups=)
    shift 2
    [ "$kind" != arm64 ] || through=(tests/platforms/foreign aarch64)
    timeout -k 2 "${LIMIT:-60}" "${through[@]}" chroot "${user[@]}" "$ROOTS/$kind" /usr/bin/env -i \
        PATH=/opt/prefix/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/ npm_config_prefix=/opt/prefix npm_config_cache=/tmp/npm npm_config_offline=true \
        npm_config_audit=false npm_config_fund=false npm_config_update_notifier=false "$@" 3>&-
}
