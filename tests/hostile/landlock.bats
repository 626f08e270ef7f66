# A program that may do less than its user (landlock(7), as AppArmor and SELinux have it, too): where it is denied the private
# folder, a volume or one right there, it gets the answers that it gets without the shim, and at once.

setup() {
    load ../programs/common
    load neighbour
    rm -rf /tmp/.qlshim-* /tmp/made
    run "$PROBES/landlock" /=read -- true
    [ "$status" -ne 77 ] || skip "this kernel has no Landlock"
}

teardown() {
    end_servers
    [ -z "${VOLUME:-}" ] || unmount_volume
}

# What a program comes to that does everything to a socket and to a file in the folder, under the rules: RULE… COMMAND…
everything() {
    local -a rules=()
    while [[ $1 == /* ]]; do
        rules+=("$1")
        shift
    done
    rm -rf "$VOLUME/d"
    nameless mkdir "$VOLUME/d"
    LIMIT=10 "$@" "$PROBES/landlock" "${rules[@]}" -- /usr/bin/python3 -S -E -c '
import errno, os, socket, stat, sys
path = sys.argv[1] + "/s"
def tell(name, call, *arguments):
    try: result = call(*arguments)
    except OSError as error: result = errno.errorcode[error.errno]
    print(name, result if isinstance(result, (str, bool)) else "")
server = socket.socket(socket.AF_UNIX)
tell("stat", os.stat, path)
tell("bind", server.bind, path)
tell("listen", server.listen)
tell("lstat", lambda: str(stat.S_IFMT(os.lstat(path).st_mode)))
tell("access", os.access, path, os.W_OK)
tell("chmod", os.chmod, path, 0o600)
tell("chown", os.chown, path, -1, -1)
tell("utime", os.utime, path)
tell("connect", socket.socket(socket.AF_UNIX).connect, path)
tell("open", os.open, path, os.O_WRONLY)
tell("link", os.link, path, path + "2")
tell("rename", os.rename, path, path + "3")
tell("unlink", os.unlink, path + "3")
tell("unlink", os.unlink, path + "2")
tell("file", lambda: open(path, "w").close())
tell("listdir", lambda: str(sorted(os.listdir(sys.argv[1]))))' "$VOLUME/d" 2>&1
}

same_under() {
    local bare shimmed
    bare=$(everything "$@" nameless)
    rm -rf /tmp/.qlshim-*
    shimmed=$(everything "$@" shimmed)
    [[ $bare == *"bind "* ]]
    [ "$shimmed" = "$bare" ] || fail "$VOLUME_KIND ${VOLUME_FAULTS[*]}, $*: $(diff <(echo "$bare") <(echo "$shimmed"))"
}

@test "denied the private folder, or the volume, or all that is not to be read" {
    local volume all=read,write,make,sock,remove
    for volume in disk faulty; do
        mount_volume $volume
        same_under /=read "/tmp=$all"
        same_under /=read "$VOLUME=$all"
        same_under "/usr=read" "/etc=read" "/proc=read" "/dev=read" "/mnt/source=read"
        unmount_volume
    done
    # Where sockets would be redirected, and may not.
    mount_volume faulty mknod=EPERM
    same_under /=read "/tmp=$all"
    # A line says why, and what the volume says is what the program sees.
    run everything /=read "$VOLUME=$all" shimmed
    [[ $output == *$'stat ENOENT\nbind EPERM\n'* ]]
    [[ $output == *"qlshim: cannot redirect the socket $VOLUME/d/s: "*": EACCES; set QLSHIM_TMPDIR to "* ]]
}

# What this program may not do says nothing of the volume to others.
@test "denied sockets alone: bare on a disk; on no volume does it decide for others" {
    local all=read,write,make,sock,remove
    mount_volume disk
    same_under /=read "/tmp=$all" "$VOLUME=read,write,make,remove"
    [ -z "$(find /tmp/.qlshim-23456 -lname 'refuses*' 2>/dev/null)" ]
    unmount_volume
    mount_volume faulty
    everything /=read "/tmp=$all" "$VOLUME=read,write,make,remove" shimmed
    [ -z "$(find /tmp/.qlshim-23456 -lname 'refuses*')" ]
    [ "$(shimmed "$PROBES/loaded" "$VOLUME/d/other")" = "loaded, native" ]
}
