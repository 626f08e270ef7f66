# Volumes to test on, for bats files that run under tests/isolated.
#
#     mount_volume KIND [FAULT…]    sets VOLUME to a fresh mount that everybody may write
#     unmount_volume                ends it
#     start_driver                  again, at the same place with the same data, where it ended
#
# KIND: disk (a folder on a real disk), fat (fusefat), exfat (exfat-fuse, on a loop device), rclone, faulty
# (tests/volumes/faulty with its faults). rclone gets a write cache, without which it cannot append to a file.

mount_volume() {
    VOLUME_KIND=$1
    VOLUME_FAULTS=("${@:2}")
    VOLUME=$(mktemp -d /mnt/volume.XXXXXX)
    VOLUME_DATA=$(mktemp -d /tmp/data.XXXXXX)
    chmod 1777 "$VOLUME" "$VOLUME_DATA"
    case $VOLUME_KIND in
    disk)
        VOLUME_DATA=$(mktemp -d /mnt/disk/data.XXXXXX)
        chmod 1777 "$VOLUME_DATA"
        mount --bind "$VOLUME_DATA" "$VOLUME"
        return
        ;;
    fat)
        truncate -s 64M "$VOLUME_DATA/image"
        mkfs.vfat "$VOLUME_DATA/image" >/dev/null
        ;;
    exfat)
        truncate -s 64M "$VOLUME_DATA/image"
        mkfs.exfat "$VOLUME_DATA/image" >/dev/null
        ;;
    rclone)
        mkdir -m 1777 "$VOLUME_DATA/remote"
        ;;
    esac
    start_driver
}

start_driver() {
    case $VOLUME_KIND in
    fat)
        fusefat -f -o rw+,allow_other "$VOLUME_DATA/image" "$VOLUME" >/dev/null 2>&1 3>&- &
        ;;
    exfat)
        # It takes no plain file. The device goes with the driver.
        VOLUME_DEVICE=$(losetup --find --show "$VOLUME_DATA/image")
        mount.exfat-fuse -d -o "allow_other,umask=0,uid=${VOLUME_UID:-23456},gid=${VOLUME_UID:-23456}" \
            "$VOLUME_DEVICE" "$VOLUME" >/dev/null 2>&1 3>&- &
        ;;
    rclone)
        XDG_CACHE_HOME=$VOLUME_DATA rclone mount --config /dev/null --allow-other --umask 0 \
            --uid "${VOLUME_UID:-23456}" --gid "${VOLUME_UID:-23456}" --vfs-cache-mode writes \
            ":local:$VOLUME_DATA/remote" "$VOLUME" >/dev/null 2>&1 3>&- &
        ;;
    faulty)
        build/tests/faulty "${VOLUME_FAULTS[@]}" "$VOLUME_DATA" "$VOLUME" >/dev/null 2>&1 3>&- &
        ;;
    esac
    VOLUME_PID=$!
    local tries=100
    until mountpoint -q "$VOLUME"; do
        sleep 0.1
        [ $((tries -= 1)) -gt 0 ] || { echo "$VOLUME_KIND did not mount" >&2; return 1; }
    done
    [ "$VOLUME_KIND" != exfat ] || losetup --detach "$VOLUME_DEVICE"
}

# -f first: it lets go whoever waits for a driver that does not answer.
unmount_volume() {
    umount -f "$VOLUME" 2>/dev/null || umount -l "$VOLUME" 2>/dev/null || true
    [ "$VOLUME_KIND" = disk ] || { kill -9 "$VOLUME_PID" 2>/dev/null; wait "$VOLUME_PID"; } || true
}
