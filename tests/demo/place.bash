# What the machine lets the demo do.
#
#     find_place      sets uid, a number that is nobody's; isolated, the command that keeps a try apart
#                     and tidies up after it; become, the one that makes the user of it; and where
#                     volumes cannot be mounted, no_volumes, the reason. Fails where there is no way.

namespaces=(--mount --pid --fork --mount-proc)

find_place() {
    uid=12345
    while getent passwd "$uid" >/dev/null || [ -n "$(pgrep -U "$uid")" ]; do
        uid=$((uid + 1))
    done
    export VOLUME_UID=$uid
    isolated=(tests/isolated)
    become=(setpriv --reuid "$uid" --regid "$uid" --clear-groups)
    no_volumes=
    is_fuse_open || no_volumes="/dev/fuse cannot be opened here"
    unshare "${namespaces[@]}" true 2>/dev/null && return
    if unshare --user --map-root-user "${namespaces[@]}" true 2>/dev/null; then
        echo "not as root, or without CAP_SYS_ADMIN: in user namespaces"
        # Of all numbers only the caller's own is there: inside as root's, and further inside as uid.
        isolated=(unshare --user --map-root-user tests/isolated)
        become=(unshare --user --map-user="$uid" --map-group="$uid")
        VOLUME_UID=0
    elif "${become[@]}" test -x tests/demo/row 2>/dev/null; then
        echo "without CAP_SYS_ADMIN: without namespaces, and one at a time"
        isolated=(tests/demo/alone "$uid")
        no_volumes="mounting takes CAP_SYS_ADMIN"
        AT_ONCE=1
    else
        return 1
    fi
}

# Looked at, too: what hides a device is often another, /dev/null.
is_fuse_open() {
    [ "$(stat -c %t:%T /dev/fuse 2>/dev/null)" = a:e5 ] && (: <>/dev/fuse) 2>/dev/null
}
