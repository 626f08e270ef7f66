# Real programs of musl in a view of root's tree, as Alpine has them beside busybox: bash and GNU's coreutils, from
# Debian's sources (tests/musl).

setup() {
    cd "$BATS_TEST_DIRNAME/../.."
    . tests/writable/common.bash
    rm -rf /tmp/.qlshim-23456
    export LIMIT=120
}

teardown() {
    umount /srv
}

# in_musl FILESYSTEM SCRIPT: by bash, with no other program to be found than those, busybox behind them.
in_musl() {
    mount_srv "$1"
    make_tree /srv/app
    mkdir /srv/bin
    cp build/busybox/busybox build/musl/* /srv/bin
    for applet in $(build/busybox/busybox --list); do ln -s busybox "/srv/bin/$applet" 2>/dev/null || true; done
    both env PATH=/srv/bin /srv/bin/bash -ec "$2"
}

script='cd /srv/app/a; mkdir -p q/r; echo more >>x.txt; sed -i s/in/out/ b/x.txt; cp -r b bb; mv bb q; cp -a --reflink=auto b q/cc
    ln -s /srv/app/f lnk; [ "$(readlink lnk)" = /srv/app/f ]; [ "$(realpath bin/f)" = /srv/app/a/run.sh ]; rm -r b; chmod -R u+w /srv/app/lib; [ -w run.sh ]
    [ "$(cat x.txt q/bb/x.txt q/cc/x.txt | tr "\n" " ")" = "in a more out a/b out a/b " ]; cd q; cd ..; [ "$(pwd -P)" = /srv/app/a ]
    printf "#!/srv/bin/bash -e\necho \$0 \$1\nreadlink /proc/self/cwd\n" >s.sh; chmod +x s.sh; [ "$(./s.sh one)" = "./s.sh one
/srv/app/a" ]; [ "$(env -i /srv/bin/bash -c "/srv/bin/touch /srv/app/e/z; /srv/bin/ls /srv/app/e")" = z ]
    [ "$(stat -c "%u %a %F" /srv/app/f)" = "$(id -u) 644 regular file" ]; test -O /srv/app/f; [ "$(ls -di .. | cut -d" " -f1)" = "$(stat -c %i /srv/app)" ]
    for n in 1 2 3; do mkdir -p deep/$n/$n/$n/$n/$n; echo $n >deep/$n/$n/$n/$n/$n/f; done; du -s deep >/dev/null; rm -rf deep/1; chmod -R go-rwx deep
    chown -R "$(id -u)" ../d; touch -h -d @1000 ../a/e; [ "$(stat -c %Y e)" = 1000 ]; mktemp -p . >/dev/null; truncate -s 1M big; cp --sparse=always big big2; cmp big big2
    install -D -m 600 ../f z/y/f; shred -u z/y/f; rmdir z/y z; mv -T ../c ../c2; ln -T ../c2/x.txt hard; sort -o x.txt x.txt; split -b 3 ../run.sh p.; cat p.* | cmp - ../run.sh
    cd /; echo more >>srv/app/f; cat srv/app/f; cd /srv/app; rm -rf b; ls; exec 3<lib; cd lib; mkdir new; cd ..; ls lib/new'

@test "tmpfs" { in_musl tmpfs "$script"; }
@test "overlay" { in_musl overlay "$script"; }
@test "ext4" { in_musl ext4 "$script"; }
