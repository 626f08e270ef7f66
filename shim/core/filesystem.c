#include "core/filesystem.h"

#include <stddef.h>

/* Magic numbers from statfs(2), linux/magic.h and the filesystems' own sources. */
static const struct {
    uint32_t type;
    struct filesystem filesystem;
} known[] = {
    {0xef53, {"ext4", true}},
    {0x58465342, {"xfs", true}},
    {0x9123683e, {"btrfs", true}},
    {0xf2f52010, {"f2fs", true}},
    {0x2fc12fc1, {"zfs", true}},
    {0xca451a4e, {"bcachefs", true}},
    {0x01021994, {"tmpfs", true}},
    {0x858458f6, {"ramfs", true}},
    {0x794c7630, {"overlay", true}},
    {0x61756673, {"aufs", true}},
    {0x3153464a, {"jfs", true}},
    {0x52654973, {"reiserfs", true}},
    {0x3434, {"nilfs2", true}},
    {0x24051905, {"ubifs", true}},
    {0x72b6, {"jffs2", true}},
    {0x73717368, {"squashfs", true}},
    {0xe0f5e1e2, {"erofs", true}},
    {0x65735546, {"fuse", false}}, /* virtiofs too: fs/fuse/inode.c */
    {0x6969, {"nfs", false}},
    {0xff534d42, {"cifs", false}},
    {0xfe534d42, {"smb2", false}},
    {0x517b, {"smb", false}},
    {0x01021997, {"9p", false}},
    {0x4d44, {"vfat", false}},
    {0x2011bab0, {"exfat", false}},
    {0x786f4256, {"vboxsf", false}},
    {0xbacbacbc, {"vmhgfs", false}},
    {0x5346544e, {"ntfs", false}},
    {0x7366746e, {"ntfs3", false}},
    {0x4244, {"hfs", false}},
    {0x482b, {"hfsplus", false}},
    {0x00c36400, {"ceph", false}},
    {0xf15f, {"ecryptfs", false}},
    {0x5dca2df5, {"sdcardfs", false}},
};

const struct filesystem *filesystem_of_type(uint32_t type) {
    static const struct filesystem unknown = {"unknown", false};
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (known[i].type == type)
            return &known[i].filesystem;
    return &unknown;
}
