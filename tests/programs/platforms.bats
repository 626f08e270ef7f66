# A short look at each platform: the file, and the first things that it is for. make platforms-test
# does the rest (tests/platforms/platform.bats).

setup_file() {
    . tests/platforms/platform.bash
    local platform
    for platform in $(foreign_platforms); do
        tests/platform "$platform" >"/tmp/log-$platform" 2>&1 || { cat "/tmp/log-$platform"; return 1; } >&2
    done
    shim/packaging/build x86_64 >/dev/null
}

setup() {
    load common
    . tests/platforms/platform.bash
    rm -rf /tmp/.qlshim-*
    VOLUME_KIND=
}

teardown() {
    [ -z "$VOLUME_KIND" ] || unmount_volume
}

# Call with one that is right, and one that is not, to see that it tells them apart.
ends_in_a_jump() {
    local code
    code=$(grep -vE '^(nop|nopr)\b' | sed 's/[[:space:]].*<\|[[:space:]]*[;@/#].*//')
    # A call through a register would come back here, where the frame still is.
    ! grep -qE '^(call +\*|blr\b|bctrl|basr|jalr|blx +r)' <<<"$code" &&
        grep -qE '^(jmp +\*|br\b|bctr$|jr\b|bx\b|pop.*pc)' <<<"$code"
}

# same_symbols NATIVE OTHER: of one of the two libraries.
same_symbols() {
    local output
    diff <(undefined "$1") <(undefined "$2") || return
    # 32-bit ones have more, for programs with 64-bit times; but fts(3) has two layouts there, and no door.
    local absent='^$'
    case $PLATFORM in i386 | arm*) absent='^fts(64)?_read$' ;; esac
    comm -23 <(exported "$1" | grep -vE "$absent") <(exported "$2") | grep . && return 1
    output=$(comm -13 <(exported "$1") <(exported "$2"))
    case $PLATFORM in
    i386 | arm*) [[ $output == *__stat64_time64* && $output == *__utimensat_time64* ]] || return ;;
    *) [ "$output" = "" ] || return ;;
    esac
    output=$(readelf -dlW "$2")
    [[ $output == *SONAME* && $output != *NEEDED* && $output != *TEXTREL* && $output != *TLS* && $output != *RELR* ]]
}

@test "platforms: every one needs and gives the same symbols, and nothing of the compiler's library" {
    local platform file
    [[ $(undefined "$LIBRARY") == *__errno_location* ]]
    for platform in $(all_platforms); do
        choose_platform "$platform"
        for file in "" -writable; do
            same_symbols "${LIBRARY%.so}$file.so" "$BUILD/libqlshim$file.so" || fail "$platform: libqlshim$file.so"
        done
        run readelf -lW "$BUILD/qlshim"
        [[ $output == *LOAD* && $output != *INTERP* ]]
    done
}

# names_without_a_door LIBRARY LIBC: the C library's names, for programs with 64-bit offsets or times, of what has a door, but
# which have none; and how many there are.
names_without_a_door() {
    local name plain names=0
    exported "$1" >/tmp/doors
    exported "$2" | grep -v @GLIBC_PRIVATE | sed 's/@.*//' | sort -u >/tmp/names
    for name in $(grep '64$' /tmp/names); do
        plain=${name%_time64}
        plain=${plain%64}
        grep -qxF "$plain" /tmp/names || plain=${plain#__}
        grep -qxF "$plain" /tmp/doors || continue
        names=$((names + 1))
        grep -qxF "$name" /tmp/doors || echo "$name"
    done
    echo "$names names"
}

@test "platforms: what has a door has one by each of its names in 32-bit programs" {
    local platform libc file
    for platform in i386 armv7; do
        choose_platform "$platform"
        for libc in "$BUILD"/root/usr/lib/*/libc.so{.6,}; do
            for file in "" -writable; do
                run names_without_a_door "$BUILD/libqlshim$file.so" "$libc"
                [[ ${#lines[@]} -eq 1 && ${lines[0]%% *} -ge 9 ]] || fail "$libc: $output"
            done
        done
        # A library that has the plain doors alone, as those of 64-bit machines.
        run names_without_a_door "$LIBRARY" "$(echo "$BUILD"/root/usr/lib/*-musl*/libc.so)"
        [[ $output == *__stat_time64* && $output == *__recvmmsg_time64* ]]
    done
}

# 80 KiB but for those whose instructions or pages (64 KiB) force more: what they are today, and little more.
@test "platforms: the library is small, and grows on none unseen" {
    local platform most
    for platform in $(all_platforms); do
        most=81920
        case $platform in
        s390x) most=96256 ;;
        ppc64le) most=105472 ;;
        esac
        [ "$(stat -c %s "build/$platform/libqlshim.so")" -lt $most ] ||
            fail "$platform: $(stat -c %s "build/$platform/libqlshim.so")"
    done
}

@test "platforms: segments fit pages of 64 KiB where a kernel may have those" {
    local platform file
    for platform in aarch64 ppc64le armv7 armv6; do
        for file in libqlshim.so libqlshim-writable.so qlshim; do
            run readelf -lW "build/$platform/$file"
            [ "$(grep -c 'LOAD.*0x10000$' <<<"$output")" -eq 2 ] || fail "$platform: $output"
        done
    done
}

# qemu makes a fork of vfork, so that a frame which is left behind would not show.
@test "platforms: the vfork door is a jump" {
    local platform
    # What gcc makes of it on ppc64le, and a plain call elsewhere.
    run ends_in_a_jump <<<$'mtctr r12\nbctrl\nld r2,24(r1)\nblr'
    [ "$status" -ne 0 ]
    run ends_in_a_jump <<<$'push %rbx\ncall *%rax\npop %rbx\nret'
    [ "$status" -ne 0 ]
    for platform in $(all_platforms); do
        choose_platform "$platform"
        code_of vfork >/tmp/code
        [ -s /tmp/code ]
        ends_in_a_jump </tmp/code || fail "$platform: $(cat /tmp/code)"
    done
}

@test "platforms: ARMv6 code is of that processor and needs no later one" {
    local file
    for file in libqlshim.so qlshim; do
        run readelf -A "build/armv6/$file"
        [[ $output == *"Tag_CPU_arch: v6K"* || $output == *"Tag_CPU_arch: v6KZ"* ]] || fail "$file: $output"
    done
    run readelf -A build/armv7/libqlshim.so
    [[ $output == *"Tag_CPU_arch: v7"* ]]
    choose_platform armv6
    run "$QEMU" -cpu arm1176 build/armv6/qlshim --version
    [ "$output" = "$("$QLSHIM" --version)" ]
    run "$QEMU" -cpu arm1176 build/armv7/qlshim --version
    [ "$status" -ne 0 ]
}

# is_unknown COMPILER [OPTION…]: no other complaint.
is_unknown() {
    run "$@" -Ishim -fsyntax-only -x c - <<<'#include "core/platform.h"'
    [ "$status" -ne 0 ] || return 1
    [[ $(grep error: <<<"$output") == *"write shim/core/platform/NAME.h"*$'\n'*"core/platform/NAME.h: No such file"* ]] || return 1
    [ "$(grep -c error: <<<"$output")" -eq 2 ]
}

# Of older processors than the library's a file would be made that no program can load: it would need the compiler's
# own library.
@test "platforms: an unknown one, or an older processor, is one clear error that names the file to write" {
    local name compiler
    is_unknown gcc -U__x86_64__ -U__aarch64__
    is_unknown arm-linux-gnueabi-gcc
    is_unknown arm-linux-gnueabihf-gcc -march=armv7-a+fp -mbig-endian
    is_unknown i686-linux-gnu-gcc -march=i386
    while read -r name _ _ _ _ compiler; do
        # shellcheck disable=SC2086
        ! is_unknown $compiler || fail "$name"
    done < <(sed 's/#.*//' shim/packaging/platforms | grep .)
}

@test "platforms: a nameless user's socket and account, in glibc's and musl's programs of each" {
    local platform libc own=(own u23456 u23456 /tmp/.qlshim-23456/home)
    mount_volume faulty mknod=EPERM symlink=EPERM
    for platform in $(foreign_platforms); do
        choose_platform "$platform"
        for libc in "" -musl; do
            run emulated bare "$PROBES/loaded$libc" "$VOLUME/$platform$libc-bare.sock"
            [ "$output" = "not loaded, EPERM" ] || fail "$platform$libc: $output"
            run emulated shimmed "$PROBES/loaded$libc" "$VOLUME/$platform$libc.sock"
            [ "$output" = "loaded, redirected" ] || fail "$platform$libc: $output"
            run patiently bare "$PROBES/accounts$libc" "${own[@]}"
            [ "$status" -eq 1 ] || fail "$platform$libc: $output"
            run patiently shimmed "$PROBES/accounts$libc" "${own[@]}"
            [ "$output" = "0 wrong" ] || fail "$platform$libc: $output"
        done
    done
}

# The two share a volume and, with it, a folder for sockets.
@test "platforms: a marker of one is read by another" {
    mount_volume faulty mknod=EPERM symlink=EPERM
    local platform serve='
import socket, sys
server = socket.socket(socket.AF_UNIX); server.bind(sys.argv[1]); server.listen()
while True:
    connection = server.accept()[0]; connection.sendall(b"hello"); connection.close()' ask='
import os, socket, stat, sys
client = socket.socket(socket.AF_UNIX)
try: client.connect(sys.argv[1])
except OSError as error: sys.exit(error.strerror)
print(client.recv(9).decode(), os.path.basename(client.getpeername()), stat.S_ISSOCK(os.stat(sys.argv[1]).st_mode))'
    LIMIT=300 shimmed /usr/bin/python3 -S -E -c "$serve" "$VOLUME/native" 3>&- &
    eventually test -e "$VOLUME/native"
    for platform in $(foreign_platforms); do
        choose_platform "$platform"
        run emulated bare "$(python_of_root)" -S -E -c "$ask" "$VOLUME/native"
        [ "$output" = "Connection refused" ] || fail "$platform: $output"
        run emulated shimmed "$(python_of_root)" -S -E -c "$ask" "$VOLUME/native"
        [ "$output" = "hello native True" ] || fail "$platform: $output"
        emulated shimmed "$(python_of_root)" -S -E -c "$serve" "$VOLUME/$platform" 3>&- &
        eventually test -e "$VOLUME/$platform"
        run shimmed /usr/bin/python3 -S -E -c "$ask" "$VOLUME/$platform"
        [ "$output" = "hello $platform True" ] || fail "$platform: $output"
    done
    end_programs
}
