# What is recorded of an expanded folder, so that an update of the image shows there, ends with it: whatever takes its
# name is the user's own, and nothing of the image's appears in it, be it replaced by rename(2), exchanged, or made again.

setup() {
    cd "$BATS_TEST_DIRNAME/../.."
    . tests/writable/common.bash
}

# A new container, with the upper folder of the one before.
container() {
    unshare --mount bash -c '. tests/writable/common.bash 2>/dev/null; in_view QLSHIM_UPPER=/srv/tmp/u "$@"' container "$@"
}

# own SCRIPT FOLDER…: after the script, in /srv/app, these folders are the user's alone, the others the image's.
own() {
    local script=$1 folder expected
    shift
    umount /srv 2>/dev/null || true
    mount_srv tmpfs
    make_tree /srv/app
    run nameless bash -ec "cd /srv/app; $script"
    [ "$status" -ne 0 ]
    container bash -ec "cd /srv/app; exchange() { /usr/bin/python3 -c 'import ctypes, sys
sys.exit(ctypes.CDLL(None).renameat2(-100, sys.argv[1].encode(), -100, sys.argv[2].encode(), 2) != 0)' \"\$1\" \"\$2\"; }; $script"
    for folder in $(cd /srv/app; find . -type d); do echo new >"/srv/app/$folder/fresh"; done
    container find /srv/app -type d -printf '%P\n' | sort >/tmp/folders
    container find /srv/app -name fresh -printf '%h\n' | sed 's,^/srv/app/*,,' | sort >/tmp/fresh
    expected=$(printf '%s\n' "$@" | sort)
    [ "$(comm -23 /tmp/folders /tmp/fresh)" = "$expected" ] || fail "$script: own are $(comm -23 /tmp/folders /tmp/fresh | paste -sd ' ')"
}

@test "replaced by rename, exchanged, renamed there and back, removed and made again" {
    own 'rm c/*; mkdir mine; echo x >mine/y; mv -T mine c' c
    own 'rm -r b/lib; rm b/x.txt; mkdir -p mine/lib; mv -T mine b' b b/lib
    own 'rm -r b/*; mv -T c b' b
    own 'echo x >a/b/new; mv a moved; mkdir -p a/b/c' a a/b a/b/c moved moved/b moved/b/c moved/bin
    own 'echo x >a/b/new; mv a moved; mv b a; mkdir b' a a/lib b moved moved/b moved/b/c moved/bin
    own 'echo x >a/b/new; echo x >b/lib/new; exchange a b' a a/lib b b/b b/b/c b/bin
    own 'echo x >a/b/new; mkdir mine; exchange mine a' a mine mine/b mine/b/c mine/bin
    own 'echo x >a/b/new; echo x >mine; exchange mine a; rm a; mkdir -p a/b' a a/b mine mine/b mine/b/c mine/bin
    own 'echo x >a/b/new; rm -r a; mkdir -p a/b' a a/b
    own 'echo x >a/b/c/new; rm -r a/b; mkdir z; mv z a/b; mkdir a/b/c' a/b a/b/c
    own 'echo x >a/b/new; mv a/b bb; mv bb a/b' a/b a/b/c
    own 'echo x >c/new; mv c /srv/tmp/c; mv /srv/tmp/c c' c
    own 'rm -r c; echo >c; rm c; mkdir c' c
    own 'rm -r e; mkdir e' e
    own 'rmdir e; mv c e' e
    own 'mv c e' e/c
    umount /srv
}

@test "a volume that comes later, where something was written: a line says so and what to do, and nothing is added of the volume's" {
    local said
    mount_srv tmpfs
    make_tree /srv/app
    mkdir -m 777 /srv/volume
    echo volume | tee /srv/volume/v >/srv/volume/x.txt
    run nameless mkdir /srv/app/own
    [ "$status" -ne 0 ]
    container bash -ec 'cd /srv/app; echo mine >a/b/mine; mkdir own; echo own >own/own'
    mkdir /srv/app/own
    for folder in a/b own d; do mount --bind /srv/volume "/srv/app/$folder"; done
    for folder in a/b own; do
        said="qlshim: QLSHIM_WRITABLE: /srv/app/$folder is mounted, and covered by what was written there before: move /srv/tmp/u/tree/srv/app/$folder"
        said+=" away, and make it a link to /./srv/app/$folder"
        (container ls "/srv/app/$folder" "/srv/app/d" 2>&1 || true) >/tmp/said.$$
        grep -qxF "$said" /tmp/said.$$ || fail "$(cat /tmp/said.$$)"
    done
    [ "$(container ls /srv/app/a/b 2>/dev/null)" = $'c\nmine\nx.txt' ]
    for folder in a/b own; do
        nameless mv "/srv/tmp/u/tree/srv/app/$folder" /srv/tmp/u/kept
        nameless ln -s "/./srv/app/$folder" "/srv/tmp/u/tree/srv/app/$folder"
        rm -r /srv/tmp/u/kept
    done
    [ "$(container bash -ec 'cd /srv/app; for f in a/b own d; do echo $f >$f/new; cat $f/v $f/new; done; mkdir a/b/made; cd own/made; pwd; echo more >>../../d/new' 2>&1)" = "volume
a/b
volume
own
volume
d
/srv/app/own/made" ]
    [ "$(cat /srv/volume/new; ls -A /srv/volume)" = $'d\nmore\nmade\nnew\nv\nx.txt' ]
    umount /srv/app/{a/b,own,d} /srv
}

# On a volume an upper folder sees one list of views after another, and images with new folders.
@test "another list of views: one above another, in any order; a folder that is new above one, and in one that is not to be written" {
    begin_with_tree tmpfs
    in_list() { WRITABLE=$1 in_view QLSHIM_UPPER=/srv/tmp/u bash -ec "$2" 2>&1; }
    in_list /srv/app/a:/srv/app 'echo 1 >/srv/app/one; echo 1 >/srv/app/a/one'
    run in_list /srv/app/b 'echo 2 >/srv/app/b/two; cat /srv/app/b/../one; echo 2 >/srv/app/b/../two'
    [ "$status" -ne 0 ]
    [[ $output == *"/srv/app/b/../one: No such file"* ]] || fail "$output"
    run in_list /srv/app/b 'echo 2 >/srv/app/b/../two'
    [[ $output == *"/srv/app/b/../two: Permission denied"* ]] || fail "$output"
    [ "$(in_list /srv/app 'echo 3 >/srv/app/three; cat /srv/app/one /srv/app/a/one /srv/app/b/two /srv/app/three' | tr -d '\n')" = 1123 ]
    in_list /srv/app 'chmod 755 /srv/app/lib/a; echo more >/srv/app/lib/a/x.txt; chmod 555 /srv/app/lib/a'
    mkdir /srv/later /srv/app/lib/a/later
    echo later | tee /srv/later/f /srv/app/lib/a/later/f >/dev/null
    [ "$(in_list /srv/app:/srv/later 'echo more >>/srv/later/f; cat /srv/later/f /srv/app/lib/a/later/f' | tr '\n' ' ')" = "later more later " ]
    [ "$(in_list /srv/app 'stat -c %a /srv/app/lib/a')" = 555 ]
    rm -r /srv/app/lib/a/later
    [ "$(in_list /srv/app:/srv/later 'ls /srv/app/lib/a')" = x.txt ]
}
