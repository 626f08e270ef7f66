# What the files here share: a tree of root's at /srv/app (in a filesystem of the test's own), and the nameless
# user with QLSHIM_WRITABLE on it. LD_PRELOAD names libqlshim.so alone, as a user has it.

. tests/programs/common.bash
. tests/writable/tree.bash

# A tmpfs, an overlay or ext4 at /srv.
mount_srv() {
    case ${1:-tmpfs} in
    tmpfs) mount -t tmpfs -o mode=755 tmpfs /srv ;;
    overlay)
        mount -t tmpfs -o mode=755 tmpfs /mnt/disk
        mkdir /mnt/disk/lower /mnt/disk/upper /mnt/disk/work
        mount -t overlay -o lowerdir=/mnt/disk/lower,upperdir=/mnt/disk/upper,workdir=/mnt/disk/work overlay /srv
        ;;
    ext4)
        truncate -s 256M /mnt/disk/image
        mkfs.ext4 -q /mnt/disk/image
        mount -o loop /mnt/disk/image /srv
        ;;
    esac
    mkdir -p -m 1777 /srv/tmp
}

# begin_with_tree FILESYSTEM: nothing of another test's, and the tree in a filesystem of that kind: a set-up.
begin_with_tree() {
    rm -rf /tmp/.qlshim-23456 # another test's /srv/app is no update of this one's
    mount_srv "$1"
    make_tree /srv/app
}

in_view() {
    shimmed QLSHIM_WRITABLE="${WRITABLE:-/srv/app}" "$@"
}

# The tree as root sees it: names, types, modes, owners, times and contents.
lower_state() {
    find /srv/app -xdev -printf '%p %y %m %U %G %s %T@ %l\n' | sort
    find /srv/app -xdev -type f -print0 | sort -z | xargs -0 -r cksum
}

# Says the difference where the lower tree is not what it was at `lower_state >/tmp/lower`.
lower_unchanged() {
    lower_state | diff /tmp/lower -
}

# both COMMAND…: refused bare; then right in a view, as `run` does it, with no name of the upper folder to be seen,
# and the lower tree bit for bit what it was.
both() {
    lower_state >/tmp/lower
    run nameless "$@"
    [ "$status" -ne 0 ] || fail "not even bare refused: $output"
    run in_view "$@"
    echo "$output"
    [ "$status" -eq 0 ]
    [[ $output != *"/upper/tree"* ]]
    lower_unchanged
}
