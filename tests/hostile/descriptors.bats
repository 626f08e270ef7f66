# Who has no descriptors left, which a neighbour can see to for all but root (ENFILE), is told so where a marker may lie, and
# of everything else what the kernel says; and is not led elsewhere.

setup() {
    load ../programs/common
    load neighbour
    rm -rf /tmp/.qlshim-* /tmp/own
    nameless mkdir -m 0700 /tmp/own
}

teardown() {
    end_servers
    [ -z "${VOLUME:-}" ] || unmount_volume
}

# with_descriptors FREE CODE: the code, by Python, with as many descriptors free behind `fd`, which is a socket; errors it prints.
with_descriptors() {
    local free=$1 code=$2
    shift 2
    "$@" /usr/bin/python3 -S -E -c "
import errno, os, resource, socket, sys
client = socket.socket(socket.AF_UNIX)
resource.setrlimit(resource.RLIMIT_NOFILE, (client.fileno() + 1 + int(sys.argv[1]), 4096))
def tell(call, *arguments):
    try: call(*arguments); print('done')
    except OSError as error: print(errno.errorcode[error.errno])
$code" "$free"
}

# What is guarded: that a marker which could not be read is not said to be a server that has ended (connect.c,
# error_without_marker), after which a program removes a living server's socket.
@test "a client with a few descriptors left: a living server is reached, or EMFILE" {
    local fault free answer seen
    for fault in symlink=EPERM ""; do
        mount_volume faulty mknod=EPERM $fault
        serve "$VOLUME/s" mine shimmed
        # A file is no socket to who does not know what it is; a link leads him.
        answer=$(with_descriptors 4 "tell(client.connect, '$VOLUME/s')" nameless)
        [ "$answer" = "$([ -z "$fault" ] && echo done || echo ECONNREFUSED)" ]
        seen=""
        for free in 0 1 2 3 4; do
            answer=$(with_descriptors $free "tell(client.connect, '$VOLUME/s')" shimmed)
            [[ $answer == done || ($answer == EMFILE && -n $fault) ]] || fail "$fault, $free free: $answer"
            seen+="$answer "
        done
        [[ -z $fault || $seen == "EMFILE EMFILE "* ]] || fail "$seen"
        [ "$answer" = done ]
        end_servers
        unmount_volume
    done
    unset VOLUME
}

@test "a client without descriptors: what is no marker says what it says without the shim" {
    local path code=""
    mount_volume faulty mknod=EPERM symlink=EPERM
    printf '%199s' x >/tmp/own/file
    ln -s /tmp/own/file /tmp/own/link
    ln -s /tmp/own/none /tmp/own/dangling
    printf '%198s' x >"$VOLUME/file"
    leave_stale /tmp/own/stale nameless
    chown -hR $NAMELESS_UID /tmp/own
    for path in /tmp/own/{file,link,dangling,stale,none,none/s} /tmp/own "$VOLUME"/{file,none}; do
        code+="tell(client.connect, '$path')"$'\n'
    done
    bare=$(with_descriptors 0 "$code" nameless)
    shimmed=$(with_descriptors 0 "$code" shimmed)
    [ "$(wc -l <<<"$bare")" -eq 9 ]
    [ "$shimmed" = "$bare" ] || fail "$shimmed in place of $bare"
}

# A stale link marker, and the neighbour is first in the new container: N1.
@test "a victim without descriptors is not led through a stale marker" {
    local address code
    mount_volume faulty mknod=EPERM
    nameless mkdir -m 0700 "$VOLUME/own"
    leave_stale "$VOLUME/own/s" shimmed
    address=$(address_in "$VOLUME/own/s")
    rm -rf /tmp/.qlshim-*
    neighbour mkdir -p -m 0755 "${address%/*}"
    nameless bash -c 'echo precious >/tmp/own/precious; chmod 0600 /tmp/own/precious'
    chmod 0711 /tmp/own
    neighbour ln -s /tmp/own/precious "$address"
    code="tell(os.chmod, '$VOLUME/own/s', 0o666); tell(os.truncate, '$VOLUME/own/s', 0); tell(os.utime, '$VOLUME/own/s', (1, 1))"
    [ "$(with_descriptors 0 "$code" shimmed)" = $'EMFILE\nEINVAL\nEMFILE' ]
    [ "$(stat -c '%a %s' /tmp/own/precious)" = "600 9" ]
    # The trap is laid: without the shim he is.
    [ "$(with_descriptors 0 "$code" nameless)" = $'done\ndone\ndone' ]
    [ "$(stat -c '%a %s' /tmp/own/precious)" = "666 0" ]
    rm "$address"
    neighbour chmod 0755 "${address%/*}"
    serve "$address" his neighbour
    [ "$(with_descriptors 0 "tell(client.connect, '$VOLUME/own/s')" nameless)" = done ]
    [ "$(with_descriptors 0 "tell(client.connect, '$VOLUME/own/s')" shimmed)" = ECONNREFUSED ]
}
