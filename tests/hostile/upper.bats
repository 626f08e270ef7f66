# The upper folder of a view (QLSHIM_UPPER), where a neighbour was there first, or exchanges a folder above it while his
# victim works: refused with one line, and nothing of his is followed.

setup() {
    load ../writable/common
    load neighbour
    rm -rf /tmp/.qlshim-* /tmp/u /tmp/n /tmp/secret
    mount_srv tmpfs
    make_tree /srv/app
    lower_state >/tmp/lower
}

teardown() {
    ! mountpoint -q /tmp/u || umount /tmp/u
    umount /srv
}

# What the neighbour would have his victim read and write: an upper folder as the shim makes them, at $1.
lay_trap() {
    neighbour bash -ec 'umask 0; mkdir -p "$1/tree/srv/app" "$1/work" "$1/names"; echo his >"$1/tree/srv/app/f"
        echo >"$1/lock"; ln -s 0-0-0 "$1/stamp"' bash "$1"
    # Who took it would be in the trap.
    [ "$(nameless cat "$1/tree/srv/app/f")" = his ]
    nameless bash -c "echo mine >>$1/tree/srv/app/f; echo >$1/work/left; rm $1/work/left"
    neighbour find "$1" -printf '%p %y %s %T@ %l\n' | sort >/tmp/trap
}

# He has got nothing, and lost nothing.
trap_is_untouched() {
    neighbour find "$1" -printf '%p %y %s %T@ %l\n' | sort | diff /tmp/trap -
}

# refused UPPER WHY: the victim is told so in one line, reads what is root's, and writes nowhere.
refused() {
    run --separate-stderr in_view QLSHIM_UPPER="$1" /usr/bin/python3 -S -E -c '
import errno
print(open("/srv/app/f").read(), end="")
try: open("/srv/app/f", "a")
except OSError as error: print(errno.errorcode[error.errno])'
    [ "$output" = $'f\nEACCES' ] || fail "$output"
    [ "$(grep -c . <<<"$stderr")" -eq 1 ] || fail "not one line: $stderr"
    [[ $stderr == *"cannot use $1: $2"*"nothing is writable"* ]] || fail "$stderr"
}

@test "control: an upper folder of one's own is taken" {
    run nameless bash -c 'echo more >>/srv/app/f'
    [ "$status" -ne 0 ]
    in_view QLSHIM_UPPER=/tmp/u bash -c 'echo more >>/srv/app/f; cat /srv/app/f' | diff - <(printf 'f\nmore\n')
    [ "$(stat -c '%a %u' /tmp/u)" = "700 $NAMELESS_UID" ]
    run neighbour ls /tmp/u
    [ "$status" -ne 0 ]
    lower_unchanged
}

@test "squatted: a folder, a file, a link, one in his folder, one where all may write" {
    lay_trap /tmp/u
    refused /tmp/u EPERM
    refused /tmp/u/deeper EPERM
    trap_is_untouched /tmp/u
    neighbour ln -s /tmp/u /tmp/n
    refused /tmp/n EPERM
    refused /tmp/n/deeper EPERM
    trap_is_untouched /tmp/u
    neighbour rm /tmp/n
    neighbour bash -c 'echo >/tmp/n'
    refused /tmp/n EPERM
    neighbour rm /tmp/n
    # A link to what is the victim's own is another's to lead elsewhere.
    nameless mkdir -m 700 /tmp/secret
    neighbour ln -s /tmp/secret /tmp/n
    refused /tmp/n EPERM
    [ -z "$(ls -A /tmp/secret)" ]
    mkdir -m 777 /srv/all
    refused /srv/all/u EPERM
    nameless mkdir -m 777 /srv/tmp/mine
    nameless chmod 777 /srv/tmp/mine
    refused /srv/tmp/mine EPERM
    lower_unchanged
}

@test "squatted: what the upper folder holds, in one that was the victim's and open to all for a moment" {
    nameless mkdir -m 777 /tmp/u
    nameless chmod 777 /tmp/u
    lay_trap /tmp/n
    neighbour ln -s /tmp/n/names /tmp/u/names
    neighbour ln -s /tmp/n/work /tmp/u/work
    nameless chmod 700 /tmp/u
    refused /tmp/u EPERM
    trap_is_untouched /tmp/n
}

@test "squatted: the private folder's name: the next one is taken" {
    lay_trap /tmp/.qlshim-$NAMELESS_UID/upper
    in_view bash -c 'echo more >>/srv/app/f; cat /srv/app/f' | diff - <(printf 'f\nmore\n')
    trap_is_untouched /tmp/.qlshim-$NAMELESS_UID/upper
    [ -d /tmp/.qlshim-$NAMELESS_UID-1/upper/tree ]
    lower_unchanged
}

# The neighbour exchanges his two names, a folder with a trap and a link to the victim's own upper folder.
@test "exchanged, while programs start: never taken, nothing of his is read or written" {
    local exchanges refusals=0 read=0
    neighbour mkdir -m 755 /tmp/n
    lay_trap /tmp/n/a
    nameless mkdir -m 700 /tmp/secret
    in_view QLSHIM_UPPER=/tmp/secret/u bash -c 'echo mine >>/srv/app/f'
    neighbour ln -s /tmp/secret/u /tmp/n/b
    neighbour "$PROBES/exchange" /tmp/n/a /tmp/n/b 4 >/tmp/exchanges &
    exchanges=$!
    while kill -0 $exchanges 2>/dev/null; do
        run --separate-stderr in_view QLSHIM_UPPER=/tmp/n/a bash -c 'echo more >>/srv/app/f; cat /srv/app/f; cat /tmp/n/a/tree/srv/app/f'
        [[ $stderr == *"cannot use /tmp/n/a: EPERM"* ]] && [ "${lines[0]}" = f ] && [[ ${lines[1]} != more ]] || fail "$output $stderr"
        refusals=$((refusals + 1))
        # Who goes there by its path reads what is his.
        ! [[ $output == *his* ]] || read=$((read + 1))
    done
    wait $exchanges
    [ "$(cat /tmp/exchanges)" -gt 100 ] && [ $refusals -gt 10 ] && [ $read -gt 0 ]
    echo "$refusals refused, $read times the trap was open"
    diff <(nameless cat /tmp/secret/u/tree/srv/app/f) <(printf 'f\nmine\n')
    trap_is_untouched /tmp/n/a
    lower_unchanged
}

# A folder of a path that others may write is refused before; the sticky one of /tmp is not, and there he can exchange
# only what is his.
@test "exchanged, while a program works: the sticky folder keeps the victim's" {
    lay_trap /tmp/n
    in_view QLSHIM_UPPER=/tmp/u bash -c 'echo first >>/srv/app/f'
    run neighbour "$PROBES/exchange" /tmp/n /tmp/u 1
    [ "$status" -ne 0 ]
    run neighbour mv -T /tmp/n /tmp/u
    [ "$status" -ne 0 ]
    in_view QLSHIM_UPPER=/tmp/u bash -c 'echo more >>/srv/app/f; cat /srv/app/f' | diff - <(printf 'f\nfirst\nmore\n')
    trap_is_untouched /tmp/n
}

# The lower folder may be the neighbour's, and what lies there now is not what lay there when the view was made.
@test "a FIFO in place of a file that is about to be copied is not read" {
    local writer
    mkdir /tmp/u
    mount -t tmpfs -o size=4M,mode=0700,uid="$NAMELESS_UID" tmpfs /tmp/u
    chown -R 666 /srv/app
    in_view QLSHIM_UPPER=/tmp/u/upper ls /srv/app
    neighbour rm /srv/app/f
    neighbour mkfifo -m 0644 /srv/app/f
    neighbour bash -c 'yes >/srv/app/f' &
    writer=$!
    run --separate-stderr in_view QLSHIM_UPPER=/tmp/u/upper /usr/bin/python3 -S -E -c '
import errno, os
try: os.open("/srv/app/f", os.O_WRONLY | os.O_APPEND | os.O_NONBLOCK)
except OSError as error: print(errno.errorcode[error.errno])'
    kill -0 $writer # who wrote to a reader that has gone would have ended
    NAMELESS_UID=666 end_programs
    wait $writer || true
    [ "$output" = EACCES ]
    [ -z "$stderr" ] || fail "$stderr" # the file system is full
}

@test "a limit on the size of files ends nobody: nothing is writable, or what would be too large" {
    run nameless bash -c 'ulimit -f 0; exec true'
    [ "$status" -eq 0 ]
    limited() { (ulimit -f "$1"; shift; in_view "$@"); }
    run limited 0 true
    [ "$status" -eq 0 ] || fail "$status"
    [[ $output == "qlshim: "*"EFBIG"*"nothing is writable" ]]
    head -c 100000 /dev/zero >/srv/app/large
    run limited 64 bash -c 'echo >>/srv/app/large'
    [ "$status" -eq 1 ]
    [[ $output == *"/srv/app/large"*"EFBIG"*"Permission denied"* ]] || fail "$output"
    in_view bash -c 'echo >>/srv/app/large; [ "$(stat -c %s /srv/app/large)" = 100001 ]'
}

@test "a process with too few descriptors leaves no half of a list to those that come after it" {
    local few
    mkdir -p /srv/app/1/2/3/4/5/6
    ln -s ../../../../../../lib /srv/app/1/2/3/4/5/6/link
    for few in {6..14}; do
        rm -rf /tmp/.qlshim-23456
        nameless bash -c 'ulimit -n "$1"; LD_PRELOAD=$2 QLSHIM_WRITABLE=/srv/app exec /bin/true' bash $few "$LIBRARY" || true
        in_view bash -c 'echo new >/srv/app/lib/new; [ "$(cat /srv/app/1/2/3/4/5/6/link/new)" = new ]' || fail "after one with $few"
    done
}
