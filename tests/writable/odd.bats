# Programs that go by ways of their own, in a view of root's tree as in one's own; and a neighbour who is there first.

setup() {
    cd "$BATS_TEST_DIRNAME/../.."
    . tests/writable/common.bash
    rm -rf /tmp/.qlshim-23456
    mount_srv overlay
    echo secret >/srv/outside
    make_tree /srv/app
    ln -s ../outside /srv/app/out
}

teardown() {
    umount /srv
}

# What it says in one's own tree, said again in the view; bare it says something else there.
same_as_own() {
    mkdir /srv/own
    cp -a /srv/app /srv/outside /srv/own
    chown -Rh "$NAMELESS_UID:$NAMELESS_UID" /srv/own/app
    nameless "$@" /srv/own/app >/tmp/own || fail "in one's own tree: $?"
    lower_state >/tmp/lower
    ! nameless "$@" /srv/app | cmp -s - /tmp/own || fail "bare says the same"
    in_view "$@" /srv/app >/tmp/view || fail "in the view: $?"
    diff /tmp/own /tmp/view
    lower_unchanged
}

@test "openat2, O_TMPFILE, glob, nftw, inotify, a removed folder, scripts without an environment" {
    same_as_own "$PROBES/passers"
    [ "$(wc -l </tmp/view)" -gt 30 ]
}

@test "the same of musl" {
    same_as_own "$PROBES/passers-musl"
}
