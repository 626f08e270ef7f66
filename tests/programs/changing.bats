# Processes whose uid changes, whose groups are many, whom the system knows by odd lines.

load common
load one_volume

@test "a process whose real and effective uid differ binds as the effective one" {
    mount_volume faulty mknod=EPERM
    run env LD_PRELOAD="$LIBRARY" /usr/bin/python3 -c "
import os, socket
os.setresuid(34567, 23456, -1)
socket.socket(socket.AF_UNIX).bind('$VOLUME/a.sock')
print('bound', os.stat('$VOLUME/a.sock').st_uid)"
    [ "$output" = "bound 23456" ]
}

@test "a process that changes its uid is always who it is" {
    run env LD_PRELOAD="$LIBRARY" /usr/bin/python3 -c "
import os, pwd
def name(uid):
    try: return pwd.getpwuid(uid).pw_name
    except KeyError: return 'nobody'
os.seteuid(23456); print(name(23456), name(34567))
os.seteuid(0); print(name(23456), name(34567))
os.seteuid(34567); print(name(23456), name(34567))"
    [ "$output" = $'u23456 nobody\nnobody nobody\nnobody u34567' ]
}

@test "a process that changes its uid again and again does not grow" {
    local change='
import os, pwd
def change(rounds):
    for _ in range(rounds):
        for uid in 34567, 34568, 34569:
            os.seteuid(uid)
            try: assert pwd.getpwuid(uid).pw_name == f"u{uid}"
            except KeyError: named.append(uid)
            os.seteuid(0)
def pages(): return int(open("/proc/self/statm").read().split()[1])
named = []
change(10)
before = pages()
change(300)
print(len(named), pages() - before < 300)'
    run /usr/bin/python3 -c "$change"
    [[ $output == "930 "* ]] # without the shim they have no names
    run env LD_PRELOAD="$LIBRARY" /usr/bin/python3 -c "$change"
    [ "$output" = "0 True" ]
}

@test "all groups of a process are its account's, however many" {
    local list='
import os, sys
os.setgroups(range(50000, 50000 + int(sys.argv[1]))); os.setgid(23456); os.setuid(23456)
print(len(os.getgrouplist("u23456", 23456)))'
    local groups
    for groups in 0 63 64 65 1000; do
        run /usr/bin/python3 -c "$list" $groups
        [ "$output" = 1 ] # without the shim, nobody of that name has any
        run env LD_PRELOAD="$LIBRARY" /usr/bin/python3 -c "$list" $groups
        [ "$output" = $((groups + 1)) ]
    done
}

@test "somebody whom the system knows by an odd line is not taken for nameless" {
    local line ask='
import os, pwd
print(pwd.getpwuid(23456).pw_name, pwd.getpwnam("bob").pw_uid)'
    printf 'passwd: files\ngroup: files\n' >/tmp/nsswitch.conf
    mount --bind /tmp/nsswitch.conf /etc/nsswitch.conf
    for line in 'bob:x:023456:' 'bob:x: 23456:' 'bob:x:+23456:' ' bob:x:23456:'; do
        printf 'root:x:0:0::/root:/bin/sh\n%s23456::/home/bob:/bin/sh\n' "$line" >/tmp/passwd
        mount --bind /tmp/passwd /etc/passwd
        run nameless /usr/bin/python3 -c "$ask"
        [ "$output" = "bob 23456" ]
        run shimmed /usr/bin/python3 -c "$ask"
        [ "$output" = "bob 23456" ]
        umount /etc/passwd
    done
    # Nor is his name given to somebody else.
    printf ' bob:x:99:99::/home/bob:/bin/sh\n' >/tmp/passwd
    mount --bind /tmp/passwd /etc/passwd
    run shimmed USER=bob LOGNAME=bob /usr/bin/python3 -c "$ask"
    [ "$output" = "u23456 99" ]
    umount /etc/passwd /etc/nsswitch.conf
}
