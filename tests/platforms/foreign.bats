# A root of another machine's, its children included: Debian's own programs of PLATFORM, as its package has them
# (programs-root), by qemu under binfmt_misc (foreign), i386's by the machine itself. make platforms-test runs it for all
# but ARMv6, whose programs Debian has not.

setup_file() {
    cd "$BATS_TEST_DIRNAME/../.."
    { tests/platforms/programs-root "$PLATFORM" && shim/packaging/build "$PLATFORM" --silent; } >/tmp/log 2>&1 ||
        { cat /tmp/log; return 1; } >&2
}

setup() {
    cd "$BATS_TEST_DIRNAME/../.."
    load ../programs/common
    load platform
    choose_platform "$PLATFORM"
    ROOT=$PWD/build/roots/$PLATFORM-programs
    rm -rf /tmp/.qlshim-* /tmp/out
    mkdir -m 1777 /tmp/out
    VOLUME_KIND=
}

teardown() {
    end_programs
    [ -z "$VOLUME_KIND" ] || unmount_volume
}

# in_root bare|shimmed [NAME=value…] PROGRAM [ARGUMENT…]: as a nameless user, in the root.
in_root() {
    local preload=()
    [ "$1" = bare ] || preload=(LD_PRELOAD="$BUILD/libqlshim.so")
    shift
    timeout -k 2 "${LIMIT:-60}" tests/platforms/foreign "$PLATFORM" bash -c '
        root=$1 uid=$2
        for folder in tmp proc dev mnt; do mount --rbind "/$folder" "$root/$folder"; done
        exec chroot --userspec="$uid:$uid" --groups= "$root" /usr/bin/env -i PATH=/usr/sbin:/usr/bin HOME=/ "${@:3}"
    ' in_root "$ROOT" "$NAMELESS_UID" "${preload[@]}" "$@" 3>&-
}

@test "a shell, its children, and theirs without an environment" {
    run in_root bare sh -c 'whoami; env -i printenv LD_PRELOAD'
    [[ $output == *"cannot find name for user ID 23456"* ]] || fail "$output"
    run in_root shimmed sh -c 'whoami; env -i sh -c "whoami; env -i printenv LD_PRELOAD; :"'
    [ "$output" = $'u23456\nu23456\n'"$BUILD/libqlshim.so" ] || fail "$output"
}

@test "Perl: the account, and a socket on a volume that refuses them" {
    local program='
use Socket;
$| = 1;
print +(getpwuid($<))[0] // "nobody", "\n";
socket(S, AF_UNIX, SOCK_STREAM, 0); socket(C, AF_UNIX, SOCK_STREAM, 0);
bind(S, sockaddr_un($ARGV[0])) && listen(S, 1) && connect(C, sockaddr_un($ARGV[0])) or die "$!\n";
print unpack_sockaddr_un(getpeername(C)), (-S $ARGV[0] ? " socket" : ""), "\n";'
    mount_volume faulty mknod=EPERM symlink=EPERM
    run in_root bare perl -e "$program" "$VOLUME/bare"
    [ "$output" = $'nobody\nOperation not permitted' ] || fail "$output"
    run in_root shimmed perl -e "$program" "$VOLUME/shimmed"
    [ "$output" = $'u23456\n'"$VOLUME/shimmed socket" ] || fail "$output"
}

@test "node: the account, a server on a volume that refuses sockets, and a child" {
    local program='
const net = require("net"), path = process.argv[1];
try { console.log(require("os").userInfo().username) } catch (error) { console.log(error.code) }
const server = net.createServer(connection => connection.end("hello"));
server.on("error", error => console.log(error.code));
server.listen(path, () => net.connect(path).on("data", data => {
    console.log(String(data), require("fs").statSync(path).isSocket());
    console.log(String(require("child_process").execFileSync("printenv", ["LD_PRELOAD"], { env: {} })));
    server.close();
}));'
    mount_volume faulty mknod=EPERM symlink=EPERM
    LIMIT=120 run in_root bare node -e "$program" "$VOLUME/bare"
    [[ $output == *$'\nEPERM' && $output != *u23456* ]] || fail "$output"
    LIMIT=120 run in_root shimmed node -e "$program" "$VOLUME/shimmed"
    [[ $output == $'u23456\nhello true\n'"$BUILD/libqlshim.so"* ]] || fail "$output"
}

# Programs and node tell their platform in two ways; whose files are there besides must not matter.
@test "npm's package: its command, and require, find this platform's files" {
    local package=/tmp/out/package folder=$ARCHIVE other
    [ "$folder" != armv7 ] || folder=armv6
    for other in $(sed 's/#.*//' shim/packaging/platforms | awk 'NF { print $2 }'); do
        mkdir -p $package/$other
        echo other >$package/$other/libqlshim.so
        ln -sf /bin/false $package/$other/qlshim
    done
    cp shim/packaging/npm/{qlshim.bin,index.js} $package
    cp --remove-destination "$BUILD"/{qlshim,libqlshim.so} $package/$folder
    run in_root bare $package/qlshim.bin exec -- sh -c 'whoami; exit 42'
    [[ $status -eq 42 && $output == u23456 ]] || fail "$output"
    LIMIT=120 run in_root bare node -p "require('$package').library"
    [ "$output" = $package/$folder/libqlshim.so ] || fail "$output"
    rm $package/$folder/qlshim
    run in_root bare $package/qlshim.bin exec -- whoami
    [ "$status" -eq 125 ]
}

@test "crontab takes a user's jobs, and cron -f fires them" {
    echo '* * * * * echo "$(whoami) $LD_PRELOAD" >/tmp/out/fired' >/tmp/out/tab
    run in_root bare crontab /tmp/out/tab
    [[ $status -ne 0 && $output == *"your UID isn't in the passwd file"* ]] || fail "$output"
    run in_root shimmed sh -c 'crontab /tmp/out/tab && crontab -l'
    [[ $output == *"whoami"* ]] || fail "$output"
    LIMIT=200 in_root shimmed cron -f >/tmp/out/log 2>&1 &
    WAIT=150 eventually test -s /tmp/out/fired || { cat /tmp/out/log; fail "no job was fired"; }
    [ "$(cat /tmp/out/fired)" = "u23456 $BUILD/libqlshim.so" ] || fail "$(cat /tmp/out/fired)"
}
