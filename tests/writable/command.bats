# What the command has for folders that are not one's own: exec and env --writable.

setup() {
    cd "$BATS_TEST_DIRNAME/../.."
    . tests/writable/common.bash
    begin_with_tree tmpfs
    make_tree /srv/other
    lower_state >/tmp/lower
}

teardown() {
    umount /srv
}

@test "exec --writable: a folder, several, and those that are set already" {
    run nameless "$QLSHIM" exec -- touch /srv/app/new
    [ "$status" -ne 0 ]
    run nameless "$QLSHIM" exec --writable /srv/app -- bash -ec 'touch /srv/app/new; ls /srv/app/new'
    [ "$output" = /srv/app/new ]
    run nameless "$QLSHIM" exec --writable /srv/app bash -c 'touch /srv/other/new'
    [ "$status" -ne 0 ]
    run nameless QLSHIM_WRITABLE=/srv/app "$QLSHIM" exec --writable=/srv/other -- bash -ec 'touch /srv/{app,other}/new; echo $QLSHIM_WRITABLE'
    [ "$output" = /srv/app:/srv/other ]
    run nameless "$QLSHIM" exec --writable /srv/app --writable /srv/other -- bash -ec 'rm /srv/{app,other}/f'
    [ "$status" -eq 0 ]
    lower_unchanged
}

@test "exec --writable: the second library is found beside the first, and only where it is asked for" {
    run nameless "$QLSHIM" exec --writable /srv/app -- env
    [[ $output == *"LD_PRELOAD=${LIBRARY%.so}-writable.so:$LIBRARY"* ]]
    run nameless "$QLSHIM" exec -- env
    [[ $output == *"LD_PRELOAD=$LIBRARY"* && $output != *-writable.so* ]]
    run "$QLSHIM" exec --writable /srv/app -- env # root has no views
    [[ $output != *-writable.so* ]]
    mkdir /srv/lib
    cp "$LIBRARY" /srv/lib/
    run nameless QLSHIM_LIBRARY=/srv/lib/libqlshim.so "$QLSHIM" exec --writable /srv/app -- echo done
    [[ $output == *"cannot load libqlshim-writable.so, which belongs beside libqlshim.so: ENOENT; nothing is writable"*done ]]
}

@test "a folder that can be no view is a mistake in one line" {
    local folder
    for folder in app / /proc /sys/fs /dev/shm /a/../b /a:b "$(printf '/%0300d' 1)"; do
        run --separate-stderr nameless "$QLSHIM" exec --writable "$folder" echo run
        [ "$status" -eq 125 ] || fail "$folder: $status"
        [[ $stderr == "qlshim: --writable $folder: "* && $stderr != *$'\n'* && -z $output ]]
        run nameless "$QLSHIM" env --writable "$folder"
        [ "$status" -eq 125 ]
    done
    run nameless "$QLSHIM" exec --writable
    [ "$output" = "qlshim: --writable: needs a value; see qlshim exec --help" ]
    run nameless "$QLSHIM" exec --help
    [[ $output == *"--writable DIR"* ]]
}

@test "QLSHIM_WRITABLE: a bad entry is named in one line and left out, the others hold, of glibc and musl" {
    local entry why busybox=build/busybox/busybox
    mkdir -m 700 /srv/closed
    run nameless bash -c 'echo mine >/srv/app/new'
    [ "$status" -ne 0 ]
    while read -r entry why; do
        for program in "bash" "$busybox sh"; do
            rm -rf /tmp/.qlshim-23456
            WRITABLE="$entry:/srv/app:" run --separate-stderr in_view $program -c 'echo mine >/srv/app/new; while read -r line; do echo $line; done </srv/app/new'
            [ "$status" -eq 0 ] && [ "$output" = mine ] || fail "$program, $entry: $output"
            [[ $stderr == *"qlshim: QLSHIM_WRITABLE: $entry: $why; left out" && $stderr != *$'\n'* ]] || fail "$program, $entry: $stderr"
        done
    done <<'ENTRIES'
app not an absolute path, or one that can be no view
/ not an absolute path, or one that can be no view
/proc not an absolute path, or one that can be no view
/dev/shm not an absolute path, or one that can be no view
/srv/app/../app not an absolute path, or one that can be no view
/nowhere ENOENT
/srv/app/f ENOTDIR
/srv/closed cannot be read
/tmp holds what is written, or lies there
ENTRIES
    # One that the user may write is his already, and none at all is off.
    WRITABLE=/srv/tmp:: run --separate-stderr in_view bash -c 'echo mine >/srv/tmp/new; echo mine >/srv/app/new'
    [[ $stderr != *qlshim* && $stderr == *"/srv/app/new: Permission denied" ]]
    rm /srv/tmp/new
}

@test "env --writable: what a shell starts writes there" {
    run nameless bash -c 'touch /srv/app/new'
    [ "$status" -ne 0 ]
    run nameless "$QLSHIM" env --writable /srv/app --writable /srv/other
    [[ $output == *"export QLSHIM_WRITABLE='/srv/app:/srv/other'"* ]]
    run nameless QLSHIM=$QLSHIM bash -ec 'eval "$($QLSHIM env --writable /srv/app)"; touch /srv/app/new; ls /srv/app/new'
    [ "$output" = /srv/app/new ]
    lower_unchanged
}

write_something() {
    in_view bash -ec 'mkdir -p /srv/app/q/r; echo a >>/srv/app/f; rm /srv/app/a/b/x.txt; ln -s foo /srv/app/a/lnk; mv /srv/app/c /srv/app/cc'
}

lines_of_layer() {
    nameless "$@" "$QLSHIM" status | sed '1,/^layer/d; s/^ *//'
}

WRITTEN='removed  /srv/app/a/b/x.txt
written  /srv/app/a/lnk
written  /srv/app/cc/
written  /srv/app/f
written  /srv/app/q/
removed  /srv/app/c'

@test "status: where the layer is, how large, what was written and removed; nothing without one" {
    run nameless "$QLSHIM" status
    [ "$output" = "no redirected sockets" ]
    run nameless bash -c 'echo a >>/srv/app/f'
    [ "$status" -ne 0 ]
    in_view true
    [ -z "$(lines_of_layer)" ]
    write_something
    run nameless "$QLSHIM" status
    [[ ${lines[1]} == "layer  /tmp/.qlshim-23456/upper: 4 written, 2 removed, "*" KiB, not in use" ]]
    [ "$(lines_of_layer)" = "$WRITTEN" ]
    in_view head -c 3M /dev/zero | in_view tee /srv/app/q/r/large >/dev/null
    run nameless "$QLSHIM" status
    [[ ${lines[1]} == *", 3 MiB, not in use" ]]
    # A folder of QLSHIM_UPPER's; root sees all of them, another user none.
    in_view QLSHIM_UPPER=/srv/tmp/u touch /srv/app/new
    [ "$(lines_of_layer)" = "$WRITTEN" ]
    [[ "$(lines_of_layer QLSHIM_UPPER=/srv/tmp/u)" == *"layer  /srv/tmp/u: 1 written, 0 removed, "*"written  /srv/app/new" ]]
    [[ "$("$QLSHIM" status)" == *"layer  /tmp/.qlshim-23456/upper: 4 written"* ]]
    run setpriv --reuid 34567 --regid 34567 --clear-groups env -i QLSHIM_UPPER=/srv/tmp/u "$QLSHIM" status
    [ "$output" = "no redirected sockets" ]
    lower_unchanged
}

@test "status --clean takes the layer away, and the next process begins anew" {
    write_something
    lines_of_layer | grep -q written
    "$QLSHIM" status --clean # of another's, even root takes nothing away
    [ "$(lines_of_layer)" = "$WRITTEN" ]
    run nameless "$QLSHIM" status --clean
    [[ $output == *"upper: 4 written, 2 removed, "*" KiB, not in use: taken away" ]]
    run nameless "$QLSHIM" status
    [ "$output" = "no redirected sockets" ]
    [ "$(find /tmp/.qlshim-23456/upper -type f -size +0 -o -type l | wc -l)" -eq 0 ]
    [ "$(in_view find /srv/app | sort)" = "$(find /srv/app | sort)" ]
    [ "$(in_view cat /srv/app/f)" = f ]
    write_something
    [ "$(lines_of_layer)" = "$WRITTEN" ]
    lower_unchanged
}

# cleaned EXPECTED: says whether it was.
cleaned() {
    run nameless "$QLSHIM" status --clean
    [[ $output == *"$1" || $output == *"$1"$'\n'* ]] || fail "$output"
}

@test "status --clean: not while a process uses it, be it a child, hidden, or in another PID namespace; on tmpfs and overlay" {
    local place program
    mkdir /mnt/disk/{lower,upper,work,tmp}
    mount -t overlay -o lowerdir=/mnt/disk/lower,upperdir=/mnt/disk/upper,workdir=/mnt/disk/work overlay /mnt/disk/tmp
    chmod 1777 /mnt/disk/tmp
    for place in /srv/tmp /mnt/disk/tmp; do
        export QLSHIM_TMPDIR=$place
        inside() { in_view QLSHIM_TMPDIR=$place "$@"; }
        inside touch /srv/app/new
        # A program; one whose descriptors are closed; the child of one that has ended; one that hides.
        for program in 'exec sleep 60' 'for fd in {3..255}; do eval "exec $fd>&-"; done; while :; do sleep 1; done' \
            'sleep 60 & exit' \
            'exec python3 -c "import ctypes, time; ctypes.CDLL(None).prctl(4, 0); print(flush=True); time.sleep(60)"'; do
            LIMIT=60 inside bash -c "$program" &
            sleep 1
            run nameless QLSHIM_TMPDIR=$place "$QLSHIM" status --clean
            [[ $output == *"upper: 1 written, 0 removed, "*", in use by "*": it stays"* ]] || fail "$place, $program: $output"
            end_programs
            wait
            eventually all_ended
        done
        [ "$(inside ls /srv/app/new)" = /srv/app/new ]
        if [ $place = /srv/tmp ]; then # an overlay is a container's own
            LIMIT=60 unshare --pid --fork bash -c '. tests/writable/common.bash 2>/dev/null; LIMIT=60 in_view QLSHIM_TMPDIR=/srv/tmp sleep 50' &
            eventually pgrep -x sleep
            sleep 1
            run unshare --pid --fork --mount-proc bash -c '. tests/programs/common.bash 2>/dev/null; nameless QLSHIM_TMPDIR=/srv/tmp "$QLSHIM" status --clean'
            [[ $output == *"in use by processes that are not seen here: it stays"* ]]
            end_programs
            wait
            eventually all_ended
        fi
        run nameless QLSHIM_TMPDIR=$place "$QLSHIM" status --clean
        [[ $output == *"not in use: taken away" ]] || fail "$place: $output"
    done
    unset QLSHIM_TMPDIR
    umount /mnt/disk/tmp
}

@test "status --clean: its links lead nowhere, and another's folder is left alone" {
    mkdir -p -m 777 /srv/victim
    echo kept >/srv/victim/file
    chown -R 23456 /srv/victim
    write_something
    nameless ln -s /srv/victim /tmp/.qlshim-23456/upper/tree/srv/app/q/away
    nameless QLSHIM_UPPER=/srv/tmp/u ln -s /tmp/.qlshim-23456/upper /srv/tmp/link
    cleaned "taken away"
    [ "$(cat /srv/victim/file)" = kept ]
    write_something
    run nameless QLSHIM_UPPER=/srv/tmp/link "$QLSHIM" status --clean
    [[ $output != *"/srv/tmp/link"* ]]
    # One that others may write is believed by nobody.
    write_something
    chmod 777 /tmp/.qlshim-23456/upper
    run nameless "$QLSHIM" status --clean
    [ "$output" = "no redirected sockets" ]
    [ -d /tmp/.qlshim-23456/upper/tree ]
}

@test "status --clean, killed at each step, and at once with programs that start" {
    local call when place i
    write_something
    for call in unlinkat renameat2; do
        for when in 1 2 3; do
            write_something 2>/dev/null || true
            nameless strace -qqq -o /dev/null -e "inject=$call:signal=SIGKILL:when=$when" "$QLSHIM" status --clean >/dev/null 2>&1 && fail "not killed at $call $when"
            # All is there, or nothing.
            if in_view test -e /srv/app/q; then
                [ "$(lines_of_layer)" = "$WRITTEN" ]
            else
                [ "$(in_view find /srv/app | sort)" = "$(find /srv/app | sort)" ]
            fi
            nameless "$QLSHIM" status --clean >/dev/null
        done
    done
    for i in 1 2 3; do
        (for n in {1..15}; do
            in_view bash -ec 'mkdir -p /srv/app/d/$$; echo $$ >/srv/app/d/$$/x; [ "$(cat /srv/app/d/$$/x)" = $$ ]; [ -e /srv/app/d/x.txt ]; rm -r /srv/app/d/$$' ||
                echo lost >>/srv/tmp/lost
        done) &
    done
    while [ -n "$(jobs -r)" ]; do nameless "$QLSHIM" status --clean >/dev/null; done
    wait
    [ ! -e /srv/tmp/lost ]
    lower_unchanged
}

# explained PROMISE MESSAGE COMMAND…: what the command says bare is known, and promised so much; in a view it
# says it no more.
explained() {
    local promise=$1 message=$2 said
    shift 2
    said=$(nameless "$@" 2>&1 </dev/null) || true
    [[ $said == *"$message"* ]] || fail "bare, $* said: $said"
    run "$QLSHIM" explain <<<"$(grep -F -m1 "$message" <<<"$said")"
    [[ $output == *"QLSHIM_WRITABLE=$promise"* ]] || fail "$said: $output"
    said=$(in_view "$@" 2>&1 </dev/null) || fail "in a view, $*: $said"
    [[ $said != *"$message"* ]] || fail "in a view, $* said: $said"
}

@test "explain: what programs say of a folder that is another's leads to the setting, and the setting mends it" {
    local error=${1:-Permission denied} code=EACCES
    local words="permission denied"
    for error in "Permission denied" "Read-only file system"; do
        if [ "$error" != "Permission denied" ]; then
            mount --bind /srv/app /srv/app
            mount -o remount,bind,ro /srv/app
            code=EROFS
            words="read-only file system"
        fi
        rm -rf /tmp/.qlshim-23456
        explained FOLDER "/srv/app/.tmp’: $error" LC_ALL=C.UTF-8 mkdir -p /srv/app/.tmp
        explained FOLDER "/srv/app/.tmp2': $error" build/busybox/busybox mkdir /srv/app/.tmp2
        explained FOLDER "'/srv/app/new': $error" touch /srv/app/new
        explained FOLDER "'/srv/app/a/x.txt': $error" rm -f /srv/app/a/x.txt
        explained FOLDER ": $error" mv /srv/app/f /srv/app/f2
        explained FOLDER ": $error" sed -i s/a/b/ /srv/app/run.sh
        explained FOLDER ": $error" cp /srv/app/run.sh /srv/app/copy
        explained FOLDER ": $error" ln -s x /srv/app/lnk
        explained FOLDER "/srv/app/env.sh: $error" bash -c 'echo x >/srv/app/env.sh'
        explained FOLDER "/srv/app/env2.sh: $error" dash -c 'echo x >/srv/app/env2.sh'
        explained FOLDER "] $error: '/srv/app/py'" /usr/bin/python3 -c 'open("/srv/app/py", "w")'
        explained FOLDER "$code: $words, mkdir" node -e 'fs.mkdirSync("/srv/app/n1")'
        explained FOLDER "$code: $words, open" node -e 'fs.writeFileSync("/srv/app/n2", "")'
        explained FOLDER "$code: $words, rename" node -e 'fs.renameSync("/srv/app/d", "/srv/app/d2")'
        explained FOLDER "$code: $words, unlink" node -e 'fs.unlinkSync("/srv/app/b/x.txt")'
        explained FOLDER "$code: $words, rmdir" node -e 'fs.rmdirSync("/srv/app/e")'
        explained FOLDER "$code: $words, mkdtemp" node -e 'fs.mkdtempSync("/srv/app/t")'
        explained FOLDER "$code: $words, copyfile" node -e 'fs.copyFileSync("/srv/app/run.sh", "/srv/app/n3")'
        explained FOLDER "$code: $words, symlink" node -e 'fs.symlinkSync("x", "/srv/app/n4")'
    done
    umount /srv/app
    lower_unchanged
}

@test "explain: Qinglong's and nginx' own folders" {
    local message
    for message in "mkdir: cannot create directory '/ql/.tmp': Permission denied" "mkdir: can't create directory '/ql/.tmp': Permission denied" \
        "./docker/docker-entrypoint.sh: line 9: /ql/shell/preload/env.sh: Permission denied" "Error: EACCES: permission denied, open '/ql/static/x'"; do
        run "$QLSHIM" explain "$message"
        [[ $output == *"it works"*"QLSHIM_WRITABLE=/ql:"* ]] || fail "$message: $output"
    done
    WRITABLE=/run:/var/lib/nginx:/var/log/nginx:/etc/nginx
    rm -rf /tmp/.qlshim-23456
    printf 'daemon off; error_log stderr; pid /run/nginx.pid; events {} http { access_log off; }' >/tmp/one.conf
    printf 'daemon off; error_log stderr; pid /tmp/n.pid; events {} http { access_log off; client_body_temp_path /var/lib/nginx/other; }' >/tmp/two.conf
    printf 'daemon off; pid /tmp/n.pid; events {} http { access_log /var/log/nginx/other.log; }' >/tmp/three.conf
    explained /run 'open() "/run/nginx.pid" failed (13: Permission denied)' sh -c 'timeout -s QUIT 2 nginx -e stderr -c /tmp/one.conf || true'
    explained /run 'mkdir() "/var/lib/nginx/other" failed (13: Permission denied)' sh -c 'timeout -s QUIT 2 nginx -e stderr -c /tmp/two.conf || true'
    explained /run 'open() "/var/log/nginx/other.log" failed (13: Permission denied)' sh -c 'timeout -s QUIT 2 nginx -e stderr -c /tmp/three.conf || true'
}

# doctor's JSON for these arguments, as the nameless user with QLSHIM_WRITABLE=$1; `found` as in doctor.bash.
doctor() {
    nameless QLSHIM_WRITABLE="$1" "${@:2}" >/tmp/doctor.json || true
}

found() {
    /usr/bin/python3 -c '
import json, sys
for finding in json.load(open("/tmp/doctor.json"))["findings"]:
    if finding["area"] == "folders" and finding["subject"] == sys.argv[1]:
        print(*(finding.get(name) for name in sys.argv[2:]), sep="\n")' "$@"
}

@test "doctor: a folder of the image that cannot be written, and the setting for it" {
    hide_busybox
    run nameless mkdir /etc/nginx/new
    [ "$status" -ne 0 ]
    doctor "" "$QLSHIM" doctor --json /etc/nginx /var/cache/none/such /srv/app /root
    [ "$(found /etc/nginx status)" = needs-reader ]
    [[ "$(found /etc/nginx message remedy)" == *"EACCES"*"set QLSHIM_WRITABLE=/etc/nginx if"* ]]
    [ "$(found /var/cache/none/such status)" = needs-reader ]
    [[ "$(found /var/cache/none/such message remedy)" == *"mkdir '/var/cache/none/such'"*"set QLSHIM_WRITABLE=/var/cache if"* ]]
    [[ "$(found /srv/app remedy)" == "chown it to 23456 on the host"* ]] # a volume
    [[ "$(found /root remedy)" == "chown it to 23456 on the host"* ]]    # cannot be read
    # It holds.
    in_view QLSHIM_WRITABLE=/etc/nginx mkdir /etc/nginx/new
    doctor /var/lib/nginx "$QLSHIM" doctor --json /etc/nginx
    [[ "$(found /etc/nginx remedy)" == "set QLSHIM_WRITABLE=/var/lib/nginx:/etc/nginx if"* ]]
    doctor /var/lib/nginx:/etc "$QLSHIM" doctor --json /etc/nginx
    [ "$(found /etc/nginx status)" = mended ]
    run nameless QLSHIM_WRITABLE=/etc "$QLSHIM" doctor /etc/nginx
    [[ $output == *"mended   /etc/nginx: "* ]] # whatever else this machine has for the reader
    # Root writes there.
    run "$QLSHIM" doctor /etc/nginx
    [[ $output != *QLSHIM_WRITABLE* ]]
}

@test "doctor: folders that variables name, there or not" {
    local variable
    for variable in PM2_HOME QL_DIR TMPDIR XDG_CONFIG_HOME; do
        nameless $variable=/etc/nginx "$QLSHIM" doctor --json >/tmp/doctor.json || true
        [ "$(found /etc/nginx status)" = needs-reader ] || fail $variable
        nameless $variable=/var/lib/.x "$QLSHIM" doctor --json >/tmp/doctor.json || true
        [[ "$(found /var/lib/.x remedy)" == "set QLSHIM_WRITABLE=/var/lib if"* ]] || fail $variable
    done
}

@test "doctor: the setting's folders, the second library, and where what is written lies" {
    doctor /etc/nginx:/dev:x:/none:/root "$QLSHIM" doctor --json /tmp
    [ "$(found QLSHIM_WRITABLE=/none status fact | paste -sd ' ')" = "needs-reader ENOENT" ]
    [ "$(found QLSHIM_WRITABLE=/root fact)" = "cannot be read" ]
    [[ "$(found QLSHIM_WRITABLE=/dev fact)$(found QLSHIM_WRITABLE=x fact)" == *"can be no view"*"can be no view" ]]
    [ -z "$(found QLSHIM_WRITABLE=/etc/nginx fact)" ]
    [ "$(found /tmp/.qlshim-23456/upper status)" = fine ]
    mkdir -m 1777 /tmp/noexec
    mount -t tmpfs -o noexec,mode=1777 tmpfs /tmp/noexec
    doctor /etc/nginx QLSHIM_UPPER=/tmp/noexec/u "$QLSHIM" doctor --json /tmp
    [[ "$(found /tmp/noexec/u status fact)" == note*"mounted noexec" ]]
    # So it is.
    mkdir /srv/bin
    cp /bin/true /srv/bin/
    in_view QLSHIM_WRITABLE=/srv/bin QLSHIM_UPPER=/tmp/noexec/u cp /srv/bin/true /srv/bin/new
    local program
    for program in /srv/bin/new "cd /srv/bin; ./new" "/usr/bin/python3 -c 'import os
os.posix_spawn(\"/srv/bin/new\", [\"new\"], os.environ)'"; do
        run in_view QLSHIM_WRITABLE=/srv/bin QLSHIM_UPPER=/tmp/noexec/u bash -c "$program"
        [ "$status" -ne 0 ]
        [[ $output == *"cannot start "*new": /tmp/noexec/u is mounted noexec; QLSHIM_UPPER names another folder"* ]]
        [ "$(grep -c "cannot start" <<<"$output")" = 1 ]
    done
    run in_view QLSHIM_WRITABLE=/srv/bin QLSHIM_UPPER=/tmp/noexec/u bash -c 'cd /srv/bin; cp /lib/*/libz.so.1 z.so; echo >script
        /usr/bin/python3 -c "import ctypes; ctypes.CDLL(\"/srv/bin/z.so\")"; ./script; /srv/bin/script'
    [[ $output == *"cannot load /srv/bin/z.so: /tmp/noexec/u is mounted noexec"* ]]
    [[ $output != *"cannot start"* ]] # what has no x is started nowhere
    umount /tmp/noexec
    doctor /etc/nginx QLSHIM_UPPER=/none/such/u "$QLSHIM" doctor --json /tmp
    [ "$(found /none/such/u status)" = needs-reader ]
    doctor /etc/nginx QLSHIM_UPPER=/etc/u "$QLSHIM" doctor --json /tmp
    [ "$(found /etc/u status)" = needs-reader ]
    cp "$LIBRARY" /srv/bin/
    doctor /etc/nginx QLSHIM_LIBRARY=/srv/bin/libqlshim.so "$QLSHIM" doctor --json /tmp
    [ "$(found /srv/bin/libqlshim-writable.so status fact | paste -sd ' ')" = "needs-reader ENOENT" ]
    head -c 40000 build/libqlshim-writable.so >/srv/bin/libqlshim-writable.so
    doctor /etc/nginx QLSHIM_LIBRARY=/srv/bin/libqlshim.so "$QLSHIM" doctor --json /tmp
    [ "$(found /srv/bin/libqlshim-writable.so status fact | paste -sd ' ')" = "needs-reader is a library whose end is missing" ]
    rm /srv/bin/libqlshim-writable.so
}

@test "what lasts: with the upper folder, over an update of the image; another user sees nothing of it" {
    # A new container: a mount namespace of its own.
    container() {
        unshare --mount bash -c '. tests/writable/common.bash 2>/dev/null; in_view QLSHIM_UPPER=/srv/tmp/u "$@"' container "$@"
    }
    run nameless touch /srv/app/mine
    [ "$status" -ne 0 ]
    echo >/srv/app/a/x.old
    container bash -ec 'cd /srv/app; echo mine >mine; echo written >a/x.txt; rm a/b/x.txt; mv c moved'
    [ "$(container cat /srv/app/mine)" = mine ]
    # The next image: files new, changed and gone.
    echo new | tee /srv/app/a/x.txt /srv/app/a/b/x.txt /srv/app/a/run.sh /srv/app/a/fresh /srv/app/b/fresh /srv/app/c/x.txt >/dev/null
    rm -r /srv/app/lib /srv/app/a/x.old
    lower_state >/tmp/lower
    [ "$(container bash -ec 'cd /srv/app; cat mine a/x.txt a/run.sh a/fresh b/fresh moved/x.txt')" = $'mine\nwritten\nnew\nnew\nnew\nin c' ]
    run container ls /srv/app /srv/app/a /srv/app/a/b
    [[ $output != *lib* && $output != *x.old* && $output != *$'\nc\n'* ]]
    [ "$(container ls /srv/app/a/b)" = c ]
    lower_unchanged
    # Without it, or as another user, the image is as it is.
    run in_view ls /srv/app/mine
    [ "$status" -ne 0 ]
    run setpriv --reuid 34567 --regid 23456 --clear-groups ls /srv/tmp/u
    [ "$status" -ne 0 ]
    run setpriv --reuid 34567 --regid 34567 --clear-groups env -i PATH="$PATH" LD_PRELOAD="$LIBRARY" QLSHIM_WRITABLE=/srv/app \
        QLSHIM_UPPER=/srv/tmp/u bash -c 'echo "$(cat /srv/app/a/x.txt)"; touch /srv/app/x'
    [[ $output == *"cannot use /srv/tmp/u: EPERM"*$'\n'new$'\n'*"Permission denied"* ]]
    chmod 777 /srv/tmp/u
    run container touch /srv/app/x
    [[ $output == *"cannot use /srv/tmp/u: EPERM"*"Permission denied"* ]]
}
