# The images of the container tests, as folders to build from.
#
#     debian_context FOLDER     Debian with node, PM2, cron and the library, FROM base
#     musl_context FOLDER       musl's loader, busybox, a probe and the library, FROM scratch
#     musl_root FOLDER          what such an image has in it, without the probe and the library
#     busybox_root FOLDER       without names of users, too
#     pack_root FOLDER          FOLDER/root and the library, as FOLDER/root.tar

debian_context() {
    mkdir -p "$1"
    cp "$LIBRARY" "$1"
    cp -a build/npm/node_modules "$1"
    cat >"$1/Dockerfile" <<'END'
FROM base
COPY node_modules /usr/lib/node_modules
RUN ln -s ../lib/node_modules/pm2/bin/pm2 /usr/bin/pm2
COPY libqlshim.so /usr/lib/
ENV LD_PRELOAD=libqlshim.so
END
}

musl_context() {
    musl_root "$1/root"
    cp build/tests/steps-musl "$1/root/bin"
    pack_root "$1"
    cat >"$1/Dockerfile" <<'END'
FROM scratch
ADD root.tar /
ENV LD_PRELOAD=libqlshim.so
END
}

# A tar, since COPY loses the mode of /tmp.
pack_root() {
    cp "$LIBRARY" "$1/root/usr/lib"
    tar -C "$1/root" --owner 0 --group 0 -cf "$1/root.tar" .
    rm -r "$1/root"
}

# /etc/passwd as in Alpine's: somebody is named, but not the user of the tests. Engines look at it too.
musl_root() {
    busybox_root "$1"
    echo 'root:x:0:0:root:/root:/bin/sh' >"$1/etc/passwd"
    echo 'root:x:0:' >"$1/etc/group"
}

busybox_root() {
    local applet
    mkdir -p "$1"/{bin,etc,lib,usr/lib,usr/bin} && mkdir -m 1777 "$1/tmp"
    cp "/lib/ld-musl-$(uname -m).so.1" "$1/lib"
    cp build/busybox/busybox "$1/bin"
    for applet in sh crond crontab id whoami cat cp mv sleep timeout ls env date mkdir chgrp chmod chown; do
        ln -s busybox "$1/bin/$applet"
    done
}
