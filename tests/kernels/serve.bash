# The servers of the machine's own network volumes, for tests/kernels/init.

# Samba knows no user without a name: it works as root, and what it makes belongs to the owner of its folder.
serve_cifs() {
    mkdir -p -m 1777 /srv/cifs /run/samba
    chmod 1777 /srv/cifs
    chown 23456 /srv/cifs
    cat >/etc/samba/smb.conf <<'END'
[global]
server min protocol = NT1
unix extensions = yes
map to guest = Bad User
guest account = root
interfaces = lo
bind interfaces only = yes
disable netbios = yes
load printers = no
log file = /run/samba/log

[share]
path = /srv/cifs
read only = no
guest ok = yes
inherit owner = unix only
END
    smbd --daemon --configfile=/etc/samba/smb.conf
}

serve_nfs() {
    mkdir -p -m 1777 /srv/nfs
    chmod 1777 /srv/nfs
    modprobe nfsd
    mount -t nfsd nfsd /proc/fs/nfsd
    # Its first grace period, in which nothing can be opened, is as long as a lease: 90 seconds.
    echo 10 >/proc/fs/nfsd/nfsv4leasetime
    echo 10 >/proc/fs/nfsd/nfsv4gracetime
    echo '/srv/nfs 127.0.0.1(rw,no_root_squash,insecure,no_subtree_check,fsid=0)' >/etc/exports
    rpcbind -w
    exportfs -a
    rpc.nfsd 2
    rpc.mountd
}
