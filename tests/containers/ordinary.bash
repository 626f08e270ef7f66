# An ordinary user for engines without root, who exists under tests/isolated only: the machine's own
# lists of users stay as they are.
#
#     make_ordinary_user       with uids to give away and an XDG_RUNTIME_DIR
#     as_ordinary_user …       runs a command as that user
#     ORDINARY_USER_IDS        what its containers' 12345:12345 is seen as from outside

ORDINARY_UID=4000
ORDINARY_HOME=/mnt/disk/ordinary
ORDINARY_RUNTIME=/run/user/$ORDINARY_UID
# The container's root is the user itself, its uid 1 the first of those given away.
ORDINARY_USER_IDS=$((200000 + 12345 - 1))

make_ordinary_user() {
    local file
    mkdir -p /tmp/etc "$ORDINARY_HOME" "$ORDINARY_RUNTIME"
    for file in passwd group subuid subgid; do
        touch "/etc/$file" && cp "/etc/$file" /tmp/etc
        mount --bind "/tmp/etc/$file" "/etc/$file"
    done
    echo "ordinary:x:$ORDINARY_UID:$ORDINARY_UID::$ORDINARY_HOME:/bin/sh" >>/etc/passwd
    echo "ordinary:x:$ORDINARY_UID:" >>/etc/group
    echo "ordinary:200000:65536" | tee /etc/subuid >/etc/subgid
    chown "$ORDINARY_UID:$ORDINARY_UID" "$ORDINARY_HOME" "$ORDINARY_RUNTIME"
    # On most machines everybody may use it; on this one perhaps not.
    mknod -m 666 /mnt/disk/fuse c 10 229
    mount --bind /mnt/disk/fuse /dev/fuse
}

as_ordinary_user() {
    setpriv --reuid "$ORDINARY_UID" --regid "$ORDINARY_UID" --clear-groups env -i \
        PATH=/usr/sbin:/usr/bin:/sbin:/bin:/usr/local/bin HOME="$ORDINARY_HOME" \
        XDG_RUNTIME_DIR="$ORDINARY_RUNTIME" "$@"
}
