# The volumes of the real kernels, for volumes.bats.
#
#     mount_kind KIND      sets VOLUME to a fresh mount, which the nameless user may write;
#                          skips the test where this kernel has no such filesystem
#     unmount_kind         ends it

# What differs from a disk and is not the shim's to mend, as sed takes it out of the steps of both.
declare -gA excused=(
    # A name that is removed while the file is open stays in its folder until it is closed (".nfs…"), and the server lets
    # nobody execute a socket.
    [nfs3]='/^rmdir: /d; /^left: /d; /^faccessat X_OK: /d'
    [nfs4]='/^rmdir: /d; /^left: /d; /^faccessat X_OK: /d'
    # With a mask for all files chmod succeeds and changes nothing, as qlshim doctor says.
    [ntfs-3g-umask]='s/: 140[0-7]*,/:/; /^faccessat X_OK: /d'
)

owner=uid=23456,gid=23456
# -g: bats loads this in a function.
declare -gA cifs_options=(
    [cifs]="$owner"
    [cifs-noperm]="$owner,noperm,nounix"
    [cifs-mfsymlinks]="$owner,mfsymlinks"
    [cifs-sfu]="$owner,sfu"
    [cifs-unix]="vers=1.0"
)

# An empty image with a filesystem, for the loop device.
image() {
    rm -f /tmp/image
    truncate -s 64M /tmp/image
    "$@" /tmp/image >/dev/null
}

# since VERSION: whether this kernel is that, or newer.
since() {
    [ "$(printf '%s\n' "$1" "$(uname -r)" | sort -V | head -n 1)" = "$1" ]
}

# Linux 5.10 leaves a socket behind where one that has a name is bound again (6.1 does not); the shim leaves none.
excused_by_age='/^bind what is bound: /d; /^nothing is left of it: /d; /^left: /d'
if since 6.1; then excused_by_age=; fi

has_filesystem() {
    modprobe "$1" 2>/dev/null || grep -qw "$1" /proc/filesystems || skip "this kernel has no $1"
}

mount_kind() {
    VOLUME=/mnt/volume
    mkdir -p "$VOLUME"
    case $1 in
    ext4)
        mkdir -p /srv/disk
        mount --bind /srv/disk "$VOLUME"
        ;;
    tmpfs) mount -t tmpfs tmpfs "$VOLUME" ;;
    overlay)
        has_filesystem overlay
        mkdir -p /srv/{lower,upper,work}
        mount -t overlay -o lowerdir=/srv/lower,upperdir=/srv/upper,workdir=/srv/work overlay "$VOLUME"
        ;;
    vfat | exfat | ntfs3)
        has_filesystem "$1"
        case $1 in
        ntfs3) image mkntfs --quick --force --quiet ;;
        *) image "mkfs.$1" ;;
        esac
        mount -t "$1" -o "loop,$owner" /tmp/image "$VOLUME"
        ;;
    ntfs-3g | ntfs-3g-umask)
        has_filesystem fuse
        image mkntfs --quick --force --quiet
        local options=permissions
        [ "$1" = ntfs-3g ] || options=$owner,umask=022
        ntfs-3g -o "$options" /tmp/image "$VOLUME"
        ;;
    9p-*)
        has_filesystem 9p
        local version=9p2000.L
        [ "$1" != 9p-unix ] || version=9p2000.u
        mount -t 9p -o "trans=virtio,version=$version" "${1#9p-}" "$VOLUME"
        ;;
    virtiofs)
        has_filesystem virtiofs
        mount -t virtiofs virtiofs "$VOLUME"
        ;;
    cifs*)
        has_filesystem cifs
        mount -t cifs -o "guest,${cifs_options[$1]}" //127.0.0.1/share "$VOLUME"
        ;;
    nfs*)
        has_filesystem nfs
        mount -t nfs -o "vers=${1#nfs},nolock" 127.0.0.1:/ "$VOLUME" 2>/dev/null ||
            mount -t nfs -o "vers=${1#nfs},nolock" 127.0.0.1:/srv/nfs "$VOLUME"
        ;;
    esac
    chmod 1777 "$VOLUME" 2>/dev/null || true # FAT knows no modes
}

unmount_kind() {
    umount "$VOLUME" 2>/dev/null || umount -l "$VOLUME" 2>/dev/null || true
}
