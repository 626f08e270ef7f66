# The same library file in Debian's releases with an older and with a newer glibc, which is made by
# debootstrap and kept in build/containers: 11 has 2.31, 13 has 2.41. Run by make engines.

setup_file() {
    load "$PWD/tests/programs/common.bash"
    local release
    mkdir -p build/containers
    for release in bullseye trixie; do
        make_release "$release"
    done
}

setup() {
    load "$PWD/tests/programs/common.bash"
}

teardown() {
    [ -z "${VOLUME:-}" ] || unmount_volume
}

make_release() {
    local archive=build/containers/$1.tar root=/mnt/disk/$1
    if [ ! -e "$archive" ]; then
        timeout 400 debootstrap --variant=minbase --include=xz-utils,python3-minimal,perl-base "$1" "$root" \
            >/tmp/debootstrap.log 2>&1 || fail "debootstrap of $1: $(tail -n 5 /tmp/debootstrap.log)"
        rm -rf "$root"/var/lib/apt/lists/* "$root"/var/cache/apt/* "$root"/usr/share/{doc,man,locale}/*
        tar -C "$root" -cf "$archive.new" .
        mv "$archive.new" "$archive"
        rm -rf "$root"
    fi
    mkdir "$root"
    tar -C "$root" -xf "$archive"
    cp "$LIBRARY" "$root/usr/lib"
    cp "$QLSHIM" "$root/usr/bin"
    mount -t proc proc "$root/proc"
    mount -t tmpfs -o mode=1777 tmpfs "$root/tmp"
}

# within RELEASE [NAME=value…] COMMAND…: as the nameless user.
within() {
    timeout -k 2 20 chroot "/mnt/disk/$1" setpriv --reuid "$NAMELESS_UID" --regid "$NAMELESS_UID" --clear-groups \
        env -i PATH=/usr/bin:/bin:/usr/sbin HOME=/ "${@:2}" 3>&-
}

shimmed_within() {
    within "$1" LD_PRELOAD=libqlshim.so "${@:2}"
}

names() {
    run --separate-stderr within "$1" whoami
    [ "$status" -ne 0 ]
    [ "$(shimmed_within "$1" whoami)" = u23456 ]
    [ "$(shimmed_within "$1" bash -c 'echo $HOME; env -i whoami')" = $'/tmp/.qlshim-23456/home\nu23456' ]
    [ "$(shimmed_within "$1" perl -e '$| = 1; print scalar getpwuid($>), "\n"; system("whoami")')" = $'u23456\nu23456' ]
}

# Before glibc 2.34 threads are a library of their own, and so is dlsym, which xz does not load.
threads() {
    local pack='head -c 3000000 /dev/zero | xz -T2 | xz -d | wc -c'
    [ "$(within "$1" sh -c "$pack")" = 3000000 ]
    [ "$(shimmed_within "$1" sh -c "$pack")" = 3000000 ]
    [ "$(shimmed_within "$1" python3 -c '
import os, pwd, threading
thread = threading.Thread(target=lambda: print(pwd.getpwuid(os.getuid()).pw_name))
thread.start()
thread.join()')" = u23456 ]
}

sockets() {
    mount_volume faulty mknod=EPERM symlink=EPERM
    mkdir "/mnt/disk/$1/mnt/volume"
    mount --bind "$VOLUME" "/mnt/disk/$1/mnt/volume"
    local serve='
import os, socket, stat
path = "/mnt/volume/release.sock"
server = socket.socket(socket.AF_UNIX)
server.bind(path)
server.listen()
os.chmod(path, 0o660)
client = socket.socket(socket.AF_UNIX)
client.connect(path)
print(server.accept()[0].getsockname(), *(stat.filemode(look(path).st_mode) for look in (os.stat, os.lstat)))
os.rename(path, path + ".old")
os.unlink(path + ".old")
print(os.listdir("/mnt/volume"))'
    run within "$1" python3 -c "$serve"
    [[ $status -ne 0 && $output == *"Operation not permitted"* ]]
    run shimmed_within "$1" python3 -c "$serve"
    [ "$output" = $'/mnt/volume/release.sock srw-rw---- srw-rw----\n[]' ]
    umount "/mnt/disk/$1/mnt/volume"
}

@test "names: Debian 11" { names bullseye; }
@test "names: Debian 13" { names trixie; }
@test "threads: Debian 11" { threads bullseye; }
@test "threads: Debian 13" { threads trixie; }
@test "sockets: Debian 11" { sockets bullseye; }
@test "sockets: Debian 13" { sockets trixie; }

@test "the command, one static file, runs there and finds the library" {
    local release
    for release in bullseye trixie; do
        [ "$(within "$release" qlshim exec -- whoami)" = u23456 ]
        within "$release" qlshim doctor /tmp
    done
}
