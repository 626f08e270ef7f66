# qlshim explain's verdicts on what loaders, kernels and volumes say, bare and shimmed.

setup() {
    load ../programs/common
    load ../programs/verdict
    LIMIT=30
    FOLDER=/tmp/nothing
    VOLUME=
}

teardown() {
    end_programs
    [ -z "$VOLUME" ] || unmount_volume
}

# said VERDICT MESSAGE COMMAND…: where the shim is no part of it: explain's word on what the command says.
said() {
    local explained said
    said=$("${@:3}" 2>&1) || true
    explain_said "$2" "$said"
    [[ $explained == *"with qlshim:  $1"* ]] || fail "$explained"
}

@test "loaders: an entry that is not there, of another class, too new, without its library; node's modules" {
    said "see what to do" "cannot be preloaded" env LD_PRELOAD=/nowhere/libqlshim.so true
    said "out of its reach" "cannot be preloaded" env LD_PRELOAD=/nowhere/libjemalloc.so.2 true
    { head -c 4 "$LIBRARY"; printf '\1'; tail -c +6 "$LIBRARY"; } >/tmp/narrow.so
    said "out of its reach" "wrong ELF class: ELFCLASS32" env LD_PRELOAD=/tmp/narrow.so true
    sed 's/GLIBC_2.34/GLIBC_2.99/g' /usr/bin/env >/tmp/newer
    chmod +x /tmp/newer
    verdict no "GLIBC_2.99' not found" /tmp/newer
    echo 'int none(void) { return 0; }' >/tmp/none.c
    echo 'int none(void); int main(void) { return none(); }' >/tmp/main.c
    musl-gcc -shared -fPIC -o /tmp/libnone.so /tmp/none.c
    musl-gcc -o /tmp/main /tmp/main.c /tmp/libnone.so
    rm /tmp/libnone.so
    verdict no "Error loading shared library" /tmp/main
    seq 1000 >/tmp/module.node
    verdict no "invalid ELF header" node -e 'require("/tmp/module.node")'
    printf '\177ELF\2\1\1%100s' '' >/tmp/foreign
    chmod +x /tmp/foreign
    verdict no "cannot execute binary file: Exec format error" bash -c /tmp/foreign
}

@test "a loader that may not have an executable stack; the limit of inotify; what no volume here can do" {
    echo 'int none(void) { return 0; }' >/tmp/none.c
    echo 'int none(void); int main(void) { return none(); }' >/tmp/main.c
    gcc -shared -fPIC -z execstack -o /tmp/libnone.so /tmp/none.c
    gcc -o /tmp/main /tmp/main.c /tmp/libnone.so
    # What SELinux refuses, without SELinux.
    said "out of its reach" "cannot enable executable stack as shared object requires" \
        strace -o /dev/null -e inject=mprotect:error=EACCES /tmp/main
    # The host's limit is a user namespace's, too.
    verdict no "System limit for number of file watchers reached" unshare --user --map-root-user sh -c \
        'echo 1 >/proc/sys/user/max_inotify_watches; exec node -e "fs.watch(\"/usr\"); fs.watch(\"/etc\")"'
    verdict no "ENOTSUP: operation not supported on socket, copyfile" node -e \
        'fs.writeFileSync("/tmp/a" + process.pid, ""); fs.copyFileSync("/tmp/a" + process.pid, "/tmp/b", fs.constants.COPYFILE_FICLONE_FORCE)'
}

@test "gcc's AddressSanitizer, where the shim is preloaded" {
    local explained said
    echo 'int main(void) { return 0; }' >/tmp/sanitized.c
    gcc -fsanitize=address -o /tmp/sanitized /tmp/sanitized.c
    said=$(shimmed /tmp/sanitized 2>&1) && fail "$said"
    explain_said "ASan runtime does not come first" "$said"
    [[ $explained == *"with qlshim:  see what to do"*verify_asan_link_order=0* ]]
    shimmed ASAN_OPTIONS=verify_asan_link_order=0 /tmp/sanitized
}

@test "what is another user's, and what may not be executed" {
    verdict no "mkdir /var/lib/containerd" containerd --state /tmp/containerd-state --address /tmp/go.sock
    verdict no "EACCES: permission denied, scandir" node -e 'fs.readdirSync("/root")'
    printf '#!/tmp/interpreter\n' >/tmp/script
    chmod +x /tmp/script
    install -m 644 /bin/true /tmp/interpreter
    verdict no "bad interpreter: Permission denied" bash -c /tmp/script
    verdict no "ps: not found" PATH=/nowhere /bin/sh -c ps
    # Its output is root's pipe.
    verdict no "/dev/stdout: Permission denied" /bin/sh -c 'echo >/dev/stdout'
}

@test "nginx' folders as Debian has them; a folder that is mounted read-only" {
    printf '%s\n' 'daemon off; events {}' 'http { access_log off; server { listen 9944; } }' >/tmp/nginx.conf
    local explained said folders=/run:/var/lib/nginx:/var/log/nginx
    said=$(LIMIT=4 nameless /usr/sbin/nginx -e stderr -c /tmp/nginx.conf 2>&1) || true
    explain_said 'mkdir() "/var/lib/nginx/' "$said"
    [[ $explained == *"with qlshim:  it works"*QLSHIM_WRITABLE* ]]
    LIMIT=4 still_runs QLSHIM_WRITABLE="$folders" /usr/sbin/nginx -e stderr -c /tmp/nginx.conf
    mkdir /mnt/disk/image
    mount --bind /mnt/disk/image /mnt/disk/image
    mount -o remount,ro,bind /mnt/disk/image
    verdict helps "Read-only file system" touch /mnt/disk/image/file
    shimmed QLSHIM_WRITABLE=/mnt/disk/image touch /mnt/disk/image/file
    umount /mnt/disk/image
}

@test "volumes: full, without its driver, and rclone without a cache" {
    mkdir /tmp/full
    mount -t tmpfs -o size=4k,mode=1777 tmpfs /tmp/full
    verdict no "No space left on device" sh -c 'seq 9999 >/tmp/full/file'
    umount /tmp/full
    mount_volume faulty connect
    kill -9 "$VOLUME_PID"
    verdict no "Transport endpoint is not connected" ls "$VOLUME"
    unmount_volume
    VOLUME=$(mktemp -d /mnt/volume.XXXXXX)
    mkdir -m 1777 /tmp/remote
    XDG_CACHE_HOME=/tmp/cache rclone mount --config /dev/null --allow-other --umask 0 --uid "$NAMELESS_UID" \
        :local:/tmp/remote "$VOLUME" >/dev/null 2>&1 3>&- &
    VOLUME_KIND=rclone VOLUME_PID=$!
    eventually mountpoint -q "$VOLUME"
    nameless sh -c 'echo a >"$0"' "$VOLUME/log"
    verdict no "ESPIPE: invalid seek, write" node -e 'fs.writeSync(fs.openSync(process.argv[1], "a"), "b")' "$VOLUME/log"
}

@test "Postgres: its socket's volume, its folder's mode, a table's rights, a small /dev/shm" {
    local programs=(/usr/lib/postgresql/*/bin) explained said
    mount_volume rclone
    LIMIT=60 shimmed "${programs[-1]}/initdb" -D /tmp/data --no-sync >/dev/null
    FOLDER=$VOLUME/run
    nameless mkdir "$FOLDER"
    # As a user with a name.
    chown -R nobody /tmp/data
    NAMELESS_UID=65534 LIMIT=8 verdict works "could not create any Unix-domain sockets" "${programs[-1]}/postgres" -D /tmp/data -k "$FOLDER" -h ''
    chown -R "$NAMELESS_UID" /tmp/data
    rm -f /tmp/data/postmaster.pid
    mount -t tmpfs -o size=4k,mode=1777 tmpfs /dev/shm
    verdict no "could not resize shared memory segment" LD_PRELOAD="$LIBRARY" "${programs[-1]}/postgres" -D /tmp/data -k /tmp -h ''
    umount /dev/shm
    LIMIT=60 shimmed "${programs[-1]}/postgres" -D /tmp/data -k /tmp -h '' >/dev/null 2>&1 &
    eventually shimmed psql -h /tmp -c 'create role other login' postgres
    shimmed psql -h /tmp -qc 'create table t (x int)' postgres
    verdict no "permission denied for table" LD_PRELOAD="$LIBRARY" psql -h /tmp -U other -c 'select * from t' postgres
    end_programs
    eventually all_ended
    rm -f /tmp/data/postmaster.pid
    chmod 0777 /tmp/data
    said=$(shimmed "${programs[-1]}/postgres" -D /tmp/data -k /tmp 2>&1) && fail "$said"
    explain_said "has invalid permissions" "$said"
    install -d -m 755 /mnt/disk/foreign
    verdict no "could not change permissions of directory" LD_PRELOAD="$LIBRARY" "${programs[-1]}/initdb" -D /mnt/disk/foreign
}

@test "ssh's files that others may read" {
    local explained said
    shimmed ssh-keygen -q -t ed25519 -N '' -f /tmp/key
    chmod 0755 /tmp/key
    said=$(shimmed ssh-keygen -y -f /tmp/key 2>&1) && fail "$said"
    explain_said "are too open" "$said"
    [[ $explained == *"with qlshim:  out of its reach"* ]]
}

@test "Qinglong's entrypoint in /ql of the image: mkdir, busybox, node, Python" {
    local said explained message busybox=${QLSHIM%/*}/busybox/busybox
    # An upper folder is of one root.
    rm -rf /tmp/.qlshim-23456
    mkdir -p /tmp/root /tmp/root-of/{upper,work}
    mount -t overlay -o lowerdir=/,upperdir=/tmp/root-of/upper,workdir=/tmp/root-of/work overlay /tmp/root
    for place in proc dev mnt tmp; do mount --rbind /$place /tmp/root/$place; done
    mkdir /tmp/root/ql
    in_image() {
        timeout 20 chroot /tmp/root setpriv --reuid 23456 --regid 23456 --clear-groups env -i PATH="$PATH" HOME=/ "$@" 3>&-
    }
    local -A programs=(["mkdir: cannot create directory '/ql/.tmp': Permission denied"]="mkdir /ql/.tmp"
        ["mkdir: can't create directory '/ql/.tmp': Permission denied"]="$busybox mkdir /ql/.tmp"
        ["EACCES: permission denied, mkdir '/ql/.tmp'"]="node -e fs.mkdirSync('/ql/.tmp')"
        ["[Errno 13] Permission denied: '/ql/.tmp'"]="/usr/bin/python3 -c __import__('os').mkdir('/ql/.tmp')")
    for message in "${!programs[@]}"; do
        said=$(in_image ${programs[$message]} 2>&1) && fail "$message: $said"
        explain_said "$message" "$said"
        [[ $explained == *"with qlshim:  it works"*QLSHIM_WRITABLE=/ql* ]] || fail "$explained"
        in_image LD_PRELOAD="$LIBRARY" QLSHIM_WRITABLE=/ql ${programs[$message]}
        in_image LD_PRELOAD="$LIBRARY" QLSHIM_WRITABLE=/ql rmdir /ql/.tmp
    done
    [ ! -e /tmp/root/ql/.tmp ]
    umount -R /tmp/root
}
