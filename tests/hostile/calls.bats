# Answers that are the kernel's to give: wrong pointers, wrong paths, short buffers. What a case of tests/probes/calls.c
# prints on a tmpfs without the shim, it prints on a volume that refuses sockets with it, in both C libraries.

setup() {
    load ../programs/common
    load neighbour
    rm -rf /tmp/.qlshim-*
    mount_volume faulty mknod=EPERM
}

teardown() {
    unmount_volume
}

# A case, with lines that the bare control must print among its own.
same() {
    local name=$1 line probe bare probes=${PROBES_OF_CASE:-calls calls-musl}
    shift
    for probe in $probes; do
        rm -rf /tmp/native "$VOLUME/run"
        nameless mkdir /tmp/native "$VOLUME/run"
        bare=$(nameless "$PROBES/$probe" "$name" /tmp/native 2>&1)
        for line in "$@"; do
            grep -qxF "$line" <<<"$bare" || fail "bare, $probe $name: $bare"
        done
        run shimmed "$PROBES/$probe" "$name" "$VOLUME/run"
        [ "$output" = "$bare" ] || fail "$probe $name: $output"$'\n'"in place of"$'\n'"$bare"
    done
}

# The same, of a case that needs a socket on the volume: without the shim it is refused there.
same_with_socket() {
    same "$@"
    rm -rf "$VOLUME/run"
    nameless mkdir "$VOLUME/run"
    [[ "$(nameless "$PROBES/calls" "$1" "$VOLUME/run" 2>&1)" == *"bind: EPERM"* ]]
}

@test "D1: a path with a message on a stream socket is EOPNOTSUPP (the same number as ENOTSUP)" {
    same_with_socket send_with_path "sendto: ENOTSUP" "sendmsg: ENOTSUP" "sendto of a datagram: EACCES"
}

@test "D2: a socket can be linked by linkat that follows links" {
    same_with_socket link_socket "linkat: ok" "connect: ok"
}

@test "D3: a second bind of a socket says what is wrong with the path" {
    same_with_socket bind_again "closed/s: EACCES" "file/s: ENOTDIR" "file: EADDRINUSE" "missing/s: ENOENT" "s: EADDRINUSE" "free: EINVAL"
}

@test "D4: a vector of messages that runs into an unmapped page" {
    local PROBES_OF_CASE=calls # musl's own sendmmsg and recvmmsg touch the whole vector first, and die without the shim as well
    same_with_socket send_to_the_edge "sent 1, ok" "sent -1, EFAULT"
    same_with_socket receive_to_the_edge "received 1, ok" "received -1, EFAULT"
}

@test "D4: execve and posix_spawn with pointers that lead nowhere" {
    local name
    for name in bad_pointer endless_environment endless_path; do
        same exec_$name "execve: EFAULT"
        same spawn_$name "posix_spawn: EFAULT"
    done
    same exec_endless_variable "execve: EFAULT"
}

@test "D5: fexecve where the kernel knows no execveat" {
    same exec_descriptor "filter: ok" "executed"
}

@test "D6: the length of a name, and a name in a short buffer" {
    same_with_socket short_buffers "getsockname: ok, length 9, stream" "getsockname: ok, length 9, " "recvmsg: ok, length 9, cli"
}

@test "a later message to an address that runs into an unmapped page" {
    same_with_socket send_to_address_at_the_edge "sent 1, ok"
}

@test "a length of a name that the kernel refuses, among short ones" {
    same_with_socket refused_length "0: received -1, EINVAL" "1: received 1, ok"
}

@test "flags that no call has are EINVAL" {
    same_with_socket unknown_flags "fchmodat: EINVAL" "fchownat: EINVAL" "linkat: EINVAL" "utimensat: EINVAL"
}

@test "R6: what cannot be read behind a chroot is not preloaded there" {
    local file script='
import os, sys
os.chroot("/tmp/jail")
os.chdir("/")
if len(sys.argv) > 2: os.setgid(23456); os.setuid(23456)
os.execve("/bin/true", ["true"], eval(sys.argv[1]))'
    mkdir -p /tmp/jail/bin
    cp /bin/true /tmp/jail/bin
    for file in $(ldd /bin/true | grep -o '/[^ ]*'); do
        mkdir -p "/tmp/jail${file%/*}"
        cp -L "$file" "/tmp/jail$file"
    done
    # It does not lie there: whoever names it is told.
    [[ "$(/usr/bin/python3 -S -E -c "$script" "{'LD_PRELOAD': '$LIBRARY'}" 2>&1)" == *"cannot be preloaded"* ]]
    [ -z "$(/usr/bin/python3 -S -E -c "$script" "{}" 2>&1)" ]
    [ -z "$(shimmed_root /usr/bin/python3 -S -E -c "$script" "{}" 2>&1)" ]
    [ -z "$(shimmed_root /usr/bin/python3 -S -E -c "$script" "{}" nameless 2>&1)" ]
    # Where it can be read, it is added.
    [ "$(shimmed_root /usr/bin/python3 -S -E -c 'import os; os.execve("/usr/bin/env", ["env"], {})' |
        grep -c '^LD_PRELOAD=')" -eq 1 ]
    rm -rf /tmp/jail
}
