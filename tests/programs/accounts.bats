# Every function of the passwd and group families (tests/probes/accounts), as glibc and as musl has
# it: a uid without a name has an account, and nobody else's changes.

setup_file() {
    tests/busybox
}

setup() {
    load common
    rm -rf /tmp/.qlshim-*
}

teardown() {
    local file
    for file in passwd group; do
        umount /etc/$file 2>/dev/null || true
    done
}

# Runs a command as this uid, gid and supplementary groups ("" for none), as nameless does.
user_is() {
    local groups=--clear-groups
    [ -z "$3" ] || groups=--groups=$3
    timeout -k 2 20 setpriv --reuid "$1" --regid "$2" "$groups" env -i PATH="$PATH" HOME=/ \
        "${@:4}" 3>&-
}

# known UID GID GROUPS NAME GROUP [NAME=value…]: the functions fail bare, and know it with the shim.
known() {
    local user=("${@:1:3}") name=$4 group=$5 home=/tmp/.qlshim-$1/home program
    shift 5
    for program in accounts accounts-musl; do
        run user_is "${user[@]}" "$@" "$PROBES/$program" own "$name" "$group" "$home"
        [ "$status" -eq 1 ]
        [[ $output == *"is_own_user(getpwuid(geteuid()))"* ]]
        run user_is "${user[@]}" LD_PRELOAD="$LIBRARY" "$@" "$PROBES/$program" own "$name" "$group" "$home"
        [ "$output" = "0 wrong" ] || fail "$program: $output"
    done
}

@test "a uid and a gid without a name have one" {
    known 23456 23456 "" u23456 u23456
    known 4000000000 4000000000 "" u4000000000 u4000000000
}

@test "a uid without a name in a group that has one" {
    known 34567 0 "" u34567 root
    known 34567 1 "" u34567 daemon
}

@test "a uid without a name in a group of another number" {
    known 34567 45678 "" u34567 u34567
}

@test "supplementary groups, with and without a name" {
    known 34567 0 0,1,45678 u34567 root
    known 34567 45678 7,45679 u34567 u34567
}

# Both ways: two of the program's groups, and others that it is not in, or that only look alike.
GROUPS_BOTH_WAYS='import grp, os
def ask(look, what):
    try: return "%s:%s:%s:%s" % tuple(look(what))
    except KeyError: return "nobody"
for gid in 2000, 4000000000, 2002: print(ask(grp.getgrgid, gid))
for name in "g2000", "g4000000000", "g02000", "g2000x", "g2002", "g", "g4294969296": print(ask(grp.getgrnam, name))'

@test "each of the process's groups has a name, for the nameless, the named and root; others have none" {
    local busybox=$PWD/build/busybox/busybox user
    for user in "23456 23456" "1 1" "0 0" "0 2000"; do
        # shellcheck disable=SC2086
        set -- $user 2000,4000000000
        run user_is "$@" id -Gn
        [ "$status" -eq 1 ]
        [[ $output == *"cannot find name for group ID 2000"* && $output == *"group ID 4000000000"* ]]
        run user_is "$@" /usr/bin/python3 -c "$GROUPS_BOTH_WAYS"
        [ "$(sort -u <<<"$output")" = nobody ]
        run user_is "$@" LD_PRELOAD="$LIBRARY" /usr/bin/python3 -c "$GROUPS_BOTH_WAYS"
        [ "$output" = "g2000:*:2000:[]
g4000000000:*:4000000000:[]
nobody
g2000:*:2000:[]
g4000000000:*:4000000000:[]
nobody
nobody
nobody
nobody
nobody" ] || fail "$user: $output"
        for id in id "$busybox id"; do
            # shellcheck disable=SC2086
            run user_is "$@" LD_PRELOAD="$LIBRARY" $id -Gn
            [ "$status" -eq 0 ]
            [[ " $output " == *" g2000 "* && " $output " == *" g4000000000 "* && $output != *unknown* ]] || fail "$user: $output"
        done
        run user_is "$@" LD_PRELOAD="$LIBRARY" QLSHIM_DISABLE=1 id -Gn
        [ "$status" -eq 1 ]
    done
    # The system's names stay, and a name that is somebody else's is not given.
    { cat /etc/group; echo $'disk2000:x:2000:\ng4000000000:x:2003:'; } >/tmp/group
    mount --bind /tmp/group /etc/group
    run user_is 0 0 2000,4000000000 LD_PRELOAD="$LIBRARY" /usr/bin/python3 -c "$GROUPS_BOTH_WAYS"
    [ "$output" = "disk2000:x:2000:[]
nobody
nobody
nobody
g4000000000:x:2003:[]
nobody
nobody
nobody
nobody
nobody" ] || fail "$output"
}

@test "a name from the settings or the environment" {
    known 23456 23456 "" panel panel QLSHIM_USER=panel
    known 23456 23456 "" panel panel USER=root LOGNAME=panel
    # A group of that name there is.
    known 23456 23456 "" audio g23456 QLSHIM_USER=audio
}

@test "without a passwd and a group file, as in an image made from scratch" {
    # The probe wants to see root and ten others, so only oneself is asked for.
    mount --bind /dev/null /etc/passwd
    mount --bind /dev/null /etc/group
    local busybox=$PWD/build/busybox/busybox
    for program in "" "$busybox"; do
        run nameless $program id
        [[ $output == "uid=23456 gid=23456"* ]]
        run shimmed $program id
        [[ $output == "uid=23456(u23456) gid=23456(u23456)"* ]]
        run shimmed $program id 34567
        [ "$status" -ne 0 ]
    done
}

# unchanged UID GID: everything that the functions say, of everybody, is what they say bare.
unchanged() {
    local program
    for program in accounts accounts-musl; do
        set -- "$1" "$2" "$PROBES/$program" system 0 1 23456 34567 45678
        user_is "$1" "$2" "" "${@:3}" >/tmp/bare
        user_is "$1" "$2" "" LD_PRELOAD="$LIBRARY" QLSHIM_USER=panel "${@:3}" >/tmp/shimmed
        [ "$(wc -l </tmp/bare)" -gt 500 ]
        diff /tmp/bare /tmp/shimmed
    done
    diff <(user_is "$1" "$2" "" getent passwd) <(user_is "$1" "$2" "" LD_PRELOAD="$LIBRARY" getent passwd)
    diff <(user_is "$1" "$2" "" getent group) <(user_is "$1" "$2" "" LD_PRELOAD="$LIBRARY" getent group)
}

@test "nothing changes for root" { unchanged 0 0; }
@test "nothing changes for daemon" { unchanged 1 1; }
@test "nothing changes for daemon in root's group" { unchanged 1 0; }
@test "nothing changes for root in a group without a name" { unchanged 0 45678; }

@test "a user with a name keeps it in a group without one" {
    run user_is 1 45678 "" id
    [ "$output" = "uid=1(daemon) gid=45678 groups=45678" ]
    run user_is 1 45678 "" LD_PRELOAD="$LIBRARY" QLSHIM_USER=panel id
    [ "$output" = "uid=1(daemon) gid=45678(g45678) groups=45678(g45678)" ]
    diff <(user_is 1 45678 "" getent passwd) <(user_is 1 45678 "" LD_PRELOAD="$LIBRARY" getent passwd)
}

# Without the lines about oneself.
others() {
    as "$@" system 0 1 34567 45678 | grep -vE '23456|^getlogin|^cuserid'
}

@test "a uid without a name sees everybody else as before, and itself last" {
    local entry=u23456:*:23456:23456:u23456:/tmp/.qlshim-23456/home:/bin/sh program
    for program in accounts accounts-musl; do
        [ "$(others bare "$PROBES/$program" | wc -l)" -gt 500 ]
        diff <(others bare "$PROBES/$program") <(others shimmed "$PROBES/$program")
        run shimmed "$PROBES/$program" system
        [ "$(grep ^getpwent <<<"$output" | tail -1)" = "getpwent: $entry" ]
        [ "$(grep ^getgrent <<<"$output" | tail -1)" = "getgrent: u23456:*:23456:" ]
    done
    diff <(nameless getent passwd; echo "$entry") <(shimmed getent passwd)
    diff <(nameless getent group; echo "u23456:*:23456:") <(shimmed getent group)
    # Another uid without a name stays without.
    run shimmed getent passwd 34567
    [ "$status" -eq 2 ]
}

@test "QLSHIM_DISABLE=1 leaves everything as it is" {
    for program in accounts accounts-musl; do
        diff <(nameless "$PROBES/$program" system 23456) \
            <(shimmed QLSHIM_DISABLE=1 "$PROBES/$program" system 23456)
        diff <(nameless "$PROBES/$program" environment) \
            <(shimmed QLSHIM_DISABLE=1 "$PROBES/$program" environment)
    done
}

# environment EXPECTED… -- NAME=value…: what a program finds by getenv and what main is given.
environment() {
    local expected=() program name
    while [ "$1" != -- ]; do
        expected+=("getenv $1" "main $1")
        shift
    done
    shift
    for program in accounts accounts-musl; do
        run shimmed "$@" "$PROBES/$program" environment
        [ "$output" = "$(printf '%s\n' "${expected[@]}")" ]
    done
}

@test "HOME, USER and LOGNAME are set where they are missing or of no use" {
    local home=/tmp/.qlshim-23456/home
    environment HOME=$home USER=u23456 LOGNAME=u23456 -- HOME=/
    environment HOME=$home USER=u23456 LOGNAME=u23456 -- --unset=HOME
    environment HOME=$home USER=u23456 LOGNAME=u23456 -- HOME=
    environment HOME=$home USER=u23456 LOGNAME=u23456 -- HOME=relative
    environment HOME=$home USER=u23456 LOGNAME=u23456 -- HOME=/root USER=root LOGNAME=root
    environment HOME=$home USER=u23456 LOGNAME=u23456 -- HOME=/usr USER=daemon
    environment HOME=$home USER=u23456 LOGNAME=u23456 -- HOME=/none USER=a:b
    environment HOME=$home USER=panel LOGNAME=panel -- QLSHIM_USER=panel
    environment HOME=/tmp USER=u23456 LOGNAME=u23456 -- HOME=/tmp
    environment HOME=/tmp USER=panel LOGNAME=panel -- HOME=/tmp LOGNAME=panel
    run nameless "$PROBES/accounts" environment
    [[ $output == *"getenv USER=(none)"* ]]
}

@test "for users with a name they stay as they are" {
    local uid
    for uid in 0 1; do
        diff <(user_is $uid $uid "" HOME=/usr/sbin "$PROBES/accounts-musl" environment) \
            <(user_is $uid $uid "" HOME=/usr/sbin LD_PRELOAD="$LIBRARY" "$PROBES/accounts-musl" environment)
    done
    [ ! -e /tmp/.qlshim-1 ]
}
