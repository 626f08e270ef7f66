# The second file beside libqlshim.so that is missing, cut off, empty or none at all, as a copy or a download that was
# broken off leaves it: one line, and programs run as without a view. The command refuses it (command.bats).

setup() {
    cd "$BATS_TEST_DIRNAME/../.."
    . tests/writable/common.bash
    mount_srv tmpfs
    make_tree /srv/app
    install -D -m 755 -t /srv/lib build/libqlshim.so
    second=/srv/lib/libqlshim-writable.so
}

teardown() {
    umount /srv
}

# runs ERRNO: programs of glibc and musl, a script, and what a child starts; with the one line of the first process of each.
runs() {
    local program
    for program in /bin/bash "$PWD/build/busybox/busybox sh" /srv/script; do
        # shellcheck disable=SC2086
        LIBRARY=/srv/lib/libqlshim.so PRELOAD=/srv/lib/libqlshim.so run --separate-stderr in_view $program -c 'id -un; exec /bin/ls /srv/app/f'
        [ "$status" -eq 0 ] || fail "$program: $status $stderr"
        [ "$output" = $'u23456\n/srv/app/f' ] || fail "$program: $output"
        grep -qx "qlshim: .*QLSHIM_WRITABLE: cannot load libqlshim-writable.so, which belongs beside libqlshim.so: $1; nothing is writable" <<<"$stderr" ||
            fail "$program: $stderr"
        [ "$(grep -vc 'cannot load libqlshim-writable.so' <<<"$stderr")" -eq 0 ] || fail "$program: $stderr"
    done
}

@test "missing, cut off anywhere, empty, and a text" {
    local size kept
    size=$(stat -c %s build/libqlshim-writable.so)
    printf '#!/bin/sh\nid -un; exec /bin/ls /srv/app/f\n' >/srv/script
    chmod 755 /srv/script
    runs ENOENT
    for kept in 0 63 64 1000 4096 40000 $((size * 3 / 4)) $((size - 1)); do
        head -c "$kept" build/libqlshim-writable.so >$second
        runs ENODATA
    done
    yes text | head -c 5000 >$second
    runs ENODATA
    # Whole, it is loaded.
    cp build/libqlshim-writable.so $second
    PRELOAD=/srv/lib/libqlshim.so in_view bash -c 'touch /srv/app/new; ls /srv/app/new'
}
