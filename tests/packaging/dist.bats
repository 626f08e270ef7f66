# make dist: what it makes, that it makes the same twice, and that each kind of it works where it is put. Run
# by make dist-test.

setup_file() {
    load "$PWD/tests/programs/common.bash"
    local version folder
    version=$("$QLSHIM" --version)
    export VERSION=${version#qlshim }
    # In two folders, as two users would have them.
    for folder in /mnt/disk/one /mnt/disk/another/folder; do
        mkdir -p $folder
        tar --create --exclude-vcs --exclude=./build . | tar --extract --directory $folder
        mkdir $folder/build
    done
    make_dist /mnt/disk/one
    (umask 077 && TZ=Asia/Tokyo LANG=C.UTF-8 make_dist /mnt/disk/another/folder)
}

make_dist() {
    env -u MAKEFLAGS -u MAKELEVEL make --no-print-directory -C "$1" dist >/tmp/log 2>&1 || fail "$(tail -n 40 /tmp/log)"
}

setup() {
    . tests/packaging/roots.bash
    rm -rf /tmp/.qlshim-*
    VOLUME_KIND=
    DIST=/mnt/disk/one/build/dist
}

teardown() {
    [ -z "$VOLUME_KIND" ] || unmount_volume
}

# The column of shim/packaging/platforms: name, archive, debian, image.
platforms() {
    sed 's/#.*//' shim/packaging/platforms | awk -v column="$1" 'NF { print $column }'
}

# The kind of machine that an ELF file is for.
machine() {
    readelf -h "$1" | sed -n 's/^ *Machine: *//p'
}

@test "all is there, and named in SHA256SUMS" {
    local archive
    {
        for archive in $(platforms 2); do echo "qlshim-$VERSION-linux-$archive.tar.gz"; done
        for archive in $(platforms 3 | grep -xE 'amd64|arm64'); do echo "qlshim_${VERSION}_$archive.deb"; done
        echo "qlshim-$VERSION-oci.tar"
        echo "qlshim-$VERSION.tgz"
    } | LC_ALL=C sort >/tmp/expected
    diff /tmp/expected <(cd $DIST && ls | grep -v SHA256SUMS | LC_ALL=C sort)
    diff /tmp/expected <(sed 's/.*  //' $DIST/SHA256SUMS)
    (cd $DIST && sha256sum --check --quiet SHA256SUMS)
}

@test "two builds, in two folders, are the same bit for bit" {
    diff -r $DIST /mnt/disk/another/folder/build/dist
    # That it would be seen:
    cp -r $DIST /tmp/dist
    gzip --decompress --stdout $DIST/qlshim-$VERSION.tgz | gzip >/tmp/dist/qlshim-$VERSION.tgz
    run diff -r $DIST /tmp/dist
    [ "$status" -eq 1 ]
}

@test "an archive: files of its platform, root's, with pages" {
    local name archive rest expected folder
    while read -r name archive rest; do
        folder=/tmp/unpacked/qlshim-$VERSION-linux-$archive
        mkdir -p /tmp/unpacked
        tar -C /tmp/unpacked -xzf $DIST/qlshim-$VERSION-linux-$archive.tar.gz
        (cd $folder && ls) >/tmp/files
        for expected in LICENSE README.md libqlshim.so libqlshim-writable.so libqlshim.7 qlshim qlshim.1; do
            grep -qx $expected /tmp/files || fail "$archive has no $expected"
        done
        [ "$(machine $folder/libqlshim-writable.so)" = "$(machine $folder/libqlshim.so)" ]
        cmp $folder/libqlshim.so "/mnt/disk/one/build/$name/libqlshim.so"
        [ "$(machine $folder/qlshim)" = "$(machine $folder/libqlshim.so)" ]
        [ "$(stat -c '%a %u' $folder/qlshim $folder/libqlshim.so | xargs)" = "755 0 644 0" ]
        grep -q "^# qlshim $VERSION$" $folder/README.md
    done < <(sed 's/#.*//' shim/packaging/platforms | grep .)
    [ "$(for archive in $(platforms 2); do machine /tmp/unpacked/*-"$archive"/qlshim; done | sort -u | wc -l)" -ge 2 ]
    run nameless /tmp/unpacked/qlshim-$VERSION-linux-$(dpkg --print-architecture)/qlshim exec -- whoami
    [ "$output" = u23456 ]
    run nameless whoami
    [ "$status" -ne 0 ]
}

# From a list of an archive's members, as tar has it, those that are not root's, or not 0755 or 0644.
odd_members() {
    grep -vE '^(drwxr-xr-x|-rwxr-xr-x|-rw-r--r--) 0/0 ' || true
}

@test "whatever is unpacked is root's, may be read by everybody and written by nobody else, and has the licence" {
    local file
    for file in $DIST/*.tar.gz $DIST/*.tgz $DIST/*-oci.tar; do
        tar --numeric-owner -tvf "$file" >/tmp/members
        [ -z "$(odd_members </tmp/members)" ] || fail "$file: $(odd_members </tmp/members)"
        [[ $file == *-oci.tar ]] || grep -q '/LICENSE$' /tmp/members || fail "$file has no licence"
    done
    for file in $DIST/*.deb; do
        dpkg-deb --fsys-tarfile "$file" | tar --numeric-owner -tv >/tmp/members
        [ -z "$(grep -v '^l' /tmp/members | odd_members)" ] || fail "$file: $(odd_members </tmp/members)"
        grep -q '/doc/qlshim/copyright$' /tmp/members || fail "$file has no licence"
    done
    # That it would be seen:
    [ -n "$(odd_members <<<'-rw-rw-r-- 0/0 0 2026-01-01 00:00 other')" ]
}

@test "the Debian packages are of their architectures, with both libraries" {
    local architecture
    for architecture in amd64 arm64; do
        [ "$(dpkg-deb --field $DIST/qlshim_${VERSION}_$architecture.deb Architecture Version | xargs)" = \
            "Architecture: $architecture Version: $VERSION" ]
        rm -rf /tmp/deb
        dpkg-deb --extract $DIST/qlshim_${VERSION}_$architecture.deb /tmp/deb
        [ -e /tmp/deb/usr/lib/libqlshim-writable.so ]
        [ "$(machine /tmp/deb/usr/bin/qlshim)" = "$(machine /tmp/unpacked/*-$architecture/qlshim)" ]
        [ "$(machine /tmp/deb/usr/lib/libqlshim.so)" = "$(machine /tmp/unpacked/*-$architecture/qlshim)" ]
    done
}

# --- the image -----------------------------------------------------------------------------------

@test "the OCI layout has an image for each platform, with the same files as the archives" {
    local layout=oci-archive:$DIST/qlshim-$VERSION-oci.tar platform os architecture variant
    skopeo inspect --raw $layout >/tmp/index
    /usr/bin/python3 -c 'import json
for manifest in json.load(open("/tmp/index"))["manifests"]:
    platform = manifest["platform"]
    print("/".join(platform[part] for part in ("os", "architecture", "variant") if part in platform))' >/tmp/platforms
    while read -r platform; do
        grep -qxE "$platform(/v8)?" /tmp/platforms || fail "no $platform in $(cat /tmp/platforms)"
        IFS=/ read -r os architecture variant <<<"$platform"
        rm -rf /tmp/image /tmp/files
        skopeo copy --quiet --override-os "$os" --override-arch "$architecture" --override-variant "$variant" $layout dir:/tmp/image
        mkdir /tmp/files
        find /tmp/image -type f ! -name '*.json' ! -name version -exec sh -c 'tar -C /tmp/files -xzf "$1" 2>/dev/null || true' sh {} \;
        cmp /tmp/files/libqlshim.so "/mnt/disk/one/build/$(sed 's/#.*//' shim/packaging/platforms | awk -v image="$platform" '$4 == image { print $1 }')/libqlshim.so"
        # A COPY --from that names it must not fail on any.
        [ "$(machine /tmp/files/libqlshim-writable.so)" = "$(machine /tmp/files/libqlshim.so)" ]
        [ -x /tmp/files/qlshim ]
        cmp /tmp/files/LICENSE LICENSE
        [ "$(stat -c '%a %u %g' /tmp/files/libqlshim.so)" = "644 0 0" ]
    done < <(platforms 4)
}

@test "the recipe of an image to copy from: loaded into Docker, copied from, and a nameless user has a name" {
    . tests/containers/recipes.bash
    . tests/containers/engine.bash
    . tests/containers/images.bash
    local folder=/mnt/disk/copy load
    start_engine
    musl_root $folder/alpine
    tar -C $folder/alpine --owner 0 --group 0 -c . | docker import - alpine:3 >/dev/null
    load=$(recipe copy-load)
    (cd $DIST && eval "$load")
    mkdir $folder/empty
    recipe copy-from >/mnt/disk/copy/Dockerfile
    build_image panel $folder/empty <$folder/Dockerfile
    run docker run --rm --network none --user 12345:12345 alpine:3 whoami
    [ "$status" -ne 0 ]
    run docker run --rm --network none --user 12345:12345 panel sh -c 'whoami; qlshim --version'
    [ "$output" = "u12345"$'\n'"qlshim $VERSION" ] || fail "$output"
    stop_engine
    umount /etc/docker /run
}

@test "the recipes for Podman: the same, by the name that the archive has" {
    . tests/containers/recipes.bash
    . tests/containers/images.bash
    local folder=/mnt/disk/copy-podman load
    start_podman
    musl_root $folder/alpine
    tar -C $folder/alpine --owner 0 --group 0 -cf $folder/alpine.tar .
    podman import $folder/alpine.tar alpine:3
    load=$(recipe copy-podman)
    (cd $DIST && eval "$load")
    mkdir $folder/empty
    recipe copy-from | podman build --tag panel --file - $folder/empty
    run podman run --rm --user 12345:12345 --passwd=false alpine:3 whoami
    [ "$status" -ne 0 ]
    run podman run --rm --user 12345:12345 --passwd=false panel sh -c 'whoami; qlshim --version'
    [ "$output" = "u12345"$'\n'"qlshim $VERSION" ] || fail "$output"
    stop_podman
    umount /run
    # No other recipe of this kind is on the page.
    sed -n 's/^```.* recipe=\(copy-.*\)/\1/p' "$RECIPES" | sort | diff - <(sort -u "$BATS_FILE_TMPDIR/used")
}

# --- npm -----------------------------------------------------------------------------------------

# Node's own npm, without a network, as the nameless user.
npm_offline() {
    LIMIT=60 nameless npm_config_prefix=/tmp/prefix npm_config_cache=/tmp/npm-cache npm_config_offline=true \
        npm_config_audit=false npm_config_fund=false npm_config_update_notifier=false unshare --map-current-user --net npm "$@"
}

@test "npm installs the package offline, runs nothing for it, and the command is there" {
    npm_offline install --global --foreground-scripts $DIST/qlshim-$VERSION.tgz >/tmp/log 2>&1 || fail "$(cat /tmp/log)"
    /usr/bin/python3 -c 'import json, sys
package = json.load(open(sys.argv[1]))
assert "scripts" not in package and "dependencies" not in package and package["version"] == sys.argv[2]' \
        /tmp/prefix/lib/node_modules/qlshim/package.json "$VERSION"
    run nameless /tmp/prefix/bin/qlshim --version
    [ "$output" = "qlshim $VERSION" ]
    run nameless NODE_PATH=/tmp/prefix/lib/node_modules node -p 'require("qlshim").library'
    [ "$output" = "/tmp/prefix/lib/node_modules/qlshim/$(dpkg --print-architecture)/libqlshim.so" ]
    cmp "$output" "/mnt/disk/one/build/$(uname -m)/libqlshim.so"
    run nameless LD_PRELOAD="$output" node -p 'os.userInfo().username'
    [ "$output" = u23456 ]
    # node looks for nothing that is installed globally; in a project it finds it.
    install -d -o 23456 /tmp/project
    (cd /tmp/project && npm_offline install $DIST/qlshim-$VERSION.tgz >/tmp/log 2>&1) || fail "$(cat /tmp/log)"
    run nameless sh -c 'cd /tmp/project && node -p "require(\"qlshim\").library"'
    cmp "$output" "/mnt/disk/one/build/$(uname -m)/libqlshim.so"
    # The same process, as exec promises.
    run nameless sh -c 'echo $$; exec /tmp/prefix/bin/qlshim exec -- sh -c "echo \$\$; exit 42"'
    [ "$status" -eq 42 ]
    [ "${lines[0]}" = "${lines[1]}" ]
    run nameless /tmp/prefix/bin/qlshim exec -- printf '%s|' 'a b' '' --
    [ "$output" = "a b||--|" ]
}

# asks FILE COMMAND…: the package's command, in the current folder, where FILE tells that it was installed.
asks() {
    local file=$1
    shift
    run nameless "$@" --version
    [ "${lines[-1]}" = "qlshim $VERSION" ] || fail "$*: $output" # behind Yarn's warnings
    run nameless "$@" exec -- sh -c 'whoami; exit 42'
    [ "$status" -eq 42 ]
    [ "${lines[-1]}" = u23456 ]
    [ -e "$file" ]
}

# pnpm has a script of its own start the command; Yarn 4 starts it itself, from where it has unpacked it.
@test "pnpm and Yarn 1 and 4 install it offline, too" {
    local pnpm=(node "$PWD/build/npm-webpack/node_modules/pnpm/bin/pnpm.cjs") yarn=(node "$PWD/build/npm-yarn/node_modules/yarn/bin/yarn.js")
    local berry=(node "$PWD/build/npm-yarn/node_modules/@yarnpkg/cli-dist/bin/yarn.js") folder
    for folder in pnpm yarn berry; do
        mkdir /tmp/$folder
        echo '{"name": "panel", "version": "1.0.0", "license": "MIT"}' >/tmp/$folder/package.json
        chown -R $NAMELESS_UID /tmp/$folder
    done
    run nameless whoami
    [ "$status" -ne 0 ]
    cd /tmp/pnpm
    LIMIT=60 nameless "${pnpm[@]}" install --offline --store-dir /tmp/pnpm/store $DIST/qlshim-$VERSION.tgz
    asks node_modules/qlshim/LICENSE node_modules/.bin/qlshim
    asks node_modules/qlshim/LICENSE "${pnpm[@]}" exec qlshim
    cd /tmp/yarn
    LIMIT=60 nameless "${yarn[@]}" add --offline $DIST/qlshim-$VERSION.tgz
    asks node_modules/qlshim/LICENSE "${yarn[@]}" --silent run qlshim
    cd /tmp/berry
    local settings=(HOME=/tmp/berry YARN_ENABLE_TELEMETRY=0 YARN_ENABLE_NETWORK=0 YARN_ENABLE_GLOBAL_CACHE=0)
    touch yarn.lock
    chown $NAMELESS_UID yarn.lock
    LIMIT=60 nameless "${settings[@]}" "${berry[@]}" add qlshim@file:$DIST/qlshim-$VERSION.tgz
    asks .pnp.cjs "${settings[@]}" "${berry[@]}" qlshim
    run nameless "${settings[@]}" "${berry[@]}" node -p 'require("qlshim").library'
    cmp "${lines[-1]}" "/mnt/disk/one/build/$(uname -m)/libqlshim.so"
}

# The name that process.arch has for a root's machine, as the package's folders are called.
folder_of() {
    case $1 in arm64) echo arm64 ;; *) dpkg --print-architecture ;; esac
}

# As npm lays it out. Under qemu npm itself takes minutes, and it is the same program.
unpack_package() {
    local folder=$ROOTS/$1/opt/prefix/lib/node_modules/qlshim
    mkdir -p "$folder" $ROOTS/$1/opt/prefix/bin
    tar -C "$folder" --strip-components 1 -xf $DIST/qlshim-$VERSION.tgz
    ln -s ../lib/node_modules/qlshim/qlshim.bin $ROOTS/$1/opt/prefix/bin/qlshim
}

@test "npm in roots of glibc and of musl: a nameless user installs it; node finds its own library there, and arm64's its" {
    local kind library
    make_roots
    for kind in $(roots); do
        cp $DIST/qlshim-$VERSION.tgz $ROOTS/$kind/
        run within $kind nameless whoami
        [ "$status" -ne 0 ] || fail "$kind: $output"
        if [ $kind = arm64 ]; then
            unpack_package $kind
        else
            LIMIT=300 run within $kind nameless npm install --global --foreground-scripts /qlshim-$VERSION.tgz
            [ "$status" -eq 0 ] || fail "$kind: $output"
        fi
        library=/opt/prefix/lib/node_modules/qlshim/$(folder_of $kind)/libqlshim.so
        run within $kind nameless NODE_PATH=/opt/prefix/lib/node_modules node -p 'require("qlshim").library'
        [ "${lines[-1]}" = "$library" ] || fail "$kind: $output"
        run within $kind nameless /opt/prefix/bin/qlshim exec -- sh -c 'whoami; echo "$LD_PRELOAD"'
        [ "$output" = u23456$'\n'"$library" ] || fail "$kind: $output"
        run within $kind nameless LD_PRELOAD="$library" node -p 'os.userInfo().username'
        [ "${lines[-1]}" = u23456 ] || fail "$kind: $output"
    done
}

@test "PM2 starts a program by it in both, on a volume that refuses sockets, and not without" {
    local kind
    mount_volume rclone
    for kind in $(roots | grep -v arm64); do
        fresh_folder
        mount --bind "$FOLDER" $ROOTS/$kind/data
        LIMIT=30 run within $kind nameless PM2_HOME=/data/bare pm2 start app.js
        [ "$status" -ne 0 ] || fail "$kind: $output"
        end_programs
        LIMIT=180 run within $kind nameless PM2_HOME=/data/pm2 qlshim exec -- pm2 start app.js
        [[ $output == *online* ]] || fail "$kind: $output"
        LIMIT=60 within $kind nameless PM2_HOME=/data/pm2 qlshim exec -- pm2 kill >/dev/null
        end_programs
        eventually umount $ROOTS/$kind/data # those that were killed have it open until they are gone
    done
}

# arm64's root has neither diff nor ldconfig, which dpkg wants to see.
@test "a Debian package, installed by dpkg in a root of its architecture, is used there, and purged" {
    local kind architecture
    for kind in $(roots | grep -v musl); do
        architecture=$(folder_of $kind)
        cp $DIST/qlshim_${VERSION}_$architecture.deb $ROOTS/$kind/
        run -127 within $kind root /usr/bin/qlshim --version
        run within $kind root dpkg --force-bad-path --install /qlshim_${VERSION}_$architecture.deb
        [ "$status" -eq 0 ] || fail "$kind: $output"
        run within $kind nameless LD_PRELOAD=libqlshim.so sh -c 'whoami; env -i /usr/bin/whoami'
        [ "$output" = $'u23456\nu23456' ] || fail "$kind: $output"
        run within $kind nameless /usr/bin/qlshim exec --writable /etc -- sh -c 'echo yes >/etc/new; cat /etc/new; echo "$LD_PRELOAD"'
        [ "$output" = $'yes\n/usr/lib/libqlshim-writable.so:/usr/lib/libqlshim.so' ] || fail "$kind: $output"
        run within $kind root dpkg --force-bad-path --purge qlshim
        [ "$status" -eq 0 ] || fail "$kind: $output"
        [ ! -e $ROOTS/$kind/usr/lib/libqlshim.so ]
        run -127 within $kind root /usr/bin/qlshim --version
    done
}

@test "the launcher finds its platform in an image of busybox and musl, and says so where it has none" {
    . tests/containers/images.bash
    local root=/tmp/musl
    busybox_root $root
    mkdir -p $root/package $root/proc
    tar -C $root/package --strip-components 1 -xzf $DIST/qlshim-$VERSION.tgz
    mount -t proc proc $root/proc # by which the command finds itself
    for applet in dirname readlink od uname; do ln -s busybox $root/bin/$applet; done
    ln -s ../../package/qlshim.bin $root/usr/bin/qlshim
    run chroot $root /usr/bin/qlshim --version
    [ "$output" = "qlshim $VERSION" ]
    run chroot --userspec 23456:23456 $root /usr/bin/qlshim exec -- env
    [[ $output == *"LD_PRELOAD=/package/$(dpkg --print-architecture)/libqlshim.so"* ]]
    rm -r $root/package/"$(dpkg --print-architecture)"
    run chroot $root /usr/bin/qlshim --version
    [ "$status" -eq 125 ]
    [[ $output == "qlshim: this package has no files for Linux on "* ]]
}
