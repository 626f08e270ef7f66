# Children stay shimmed, however they are started (tests/probes/starts.c); what a program hands them
# arrives unharmed; set-id programs keep their privileges, or give them up where that mends them.

setup() {
    load common
    rm -rf /tmp/.qlshim-*
}

is_loaded() {
    [[ $output == "loaded, uid 23456, "* ]] || fail "$output"
}

is_not_loaded() {
    [[ $output == "not loaded, uid 23456, "* ]] || fail "$output"
}

@test "every way to start a program that libc has, with an empty environment" {
    local way program count=0
    for way in $("$PROBES/starts" ways); do
        for program in starts starts-musl; do
            run nameless "$PROBES/$program" "$way" "$PROBES/$program"
            is_not_loaded
            run shimmed "$PROBES/$program" "$way" "$PROBES/$program"
            is_loaded
            count=$((count + 1))
        done
    done
    [ "$count" -eq 30 ]
}

# Runs a command bare and shimmed: its child is shimmed only in the second.
child_of() {
    run nameless "$@"
    is_not_loaded
    run shimmed "$@"
    is_loaded
}

@test "env -i" {
    child_of env -i "$PROBES/starts" child
}

@test "bash -c 'exec -c'" {
    child_of bash -c "exec -c $PROBES/starts child"
}

@test "a #! script" {
    printf '#!%s child\n' "$PROBES/starts" >/tmp/script
    printf '#!/bin/sh\nexec env -i %s child\n' "$PROBES/starts" >/tmp/shell
    printf 'exec env -i %s child\n' "$PROBES/starts" >/tmp/headless
    chmod 755 /tmp/script /tmp/shell /tmp/headless
    run nameless "$PROBES/starts" execve /tmp/shell
    is_not_loaded
    run shimmed "$PROBES/starts" execve /tmp/shell
    is_loaded
    # What execvp takes for a script of /bin/sh's, and execve does not.
    run shimmed "$PROBES/starts" execvp /tmp/headless
    is_loaded
    [ "$(shimmed "$PROBES/starts" execve /tmp/headless 2>&1)" = "$(nameless "$PROBES/starts" execve /tmp/headless 2>&1)" ]
}

@test "node with env: {}" {
    child_of node -e "process.stdout.write(require('child_process').spawnSync('$PROBES/starts', ['child'], {env: {}}).stdout)"
    child_of node -e "process.stdout.write(require('child_process').execFileSync('$PROBES/starts', ['child'], {env: {}}))"
    child_of node -e "process.stdout.write(require('child_process').execSync('$PROBES/starts child', {env: {}}))"
}

@test "python's posix_spawn, subprocess with env={}, system and popen after clearenv" {
    child_of /usr/bin/python3 -c "import os; os.waitpid(os.posix_spawn('$PROBES/starts', ['starts', 'child'], {}), 0)"
    child_of /usr/bin/python3 -c "import subprocess; subprocess.run(['$PROBES/starts', 'child'], env={})"
    child_of /usr/bin/python3 -c "import ctypes, os; ctypes.CDLL(None).clearenv(); os.system('$PROBES/starts child')"
    child_of /usr/bin/python3 -c "import ctypes; c = ctypes.CDLL(None); c.clearenv(); c.popen.restype = ctypes.c_void_p; c.pclose(ctypes.c_void_p(c.popen(b'$PROBES/starts child', b'w')))"
}

@test "perl with %ENV = ()" {
    child_of perl -e "%ENV = (); exec '$PROBES/starts', 'child'"
    child_of perl -e "%ENV = (); system '$PROBES/starts', 'child'"
    child_of perl -e "%ENV = (); print \`$PROBES/starts child\`"
}

@test "settings arrive, and a value set for the child stays" {
    run shimmed QLSHIM_LOG=info "QLSHIM_HOME=/tmp/it's \$here" env -i env
    [[ $output == *"QLSHIM_LOG=info"* && $output == *"QLSHIM_HOME=/tmp/it's \$here"* ]]
    run shimmed QLSHIM_LOG=info env -i QLSHIM_LOG=debug env
    [[ $output == *"QLSHIM_LOG=debug"* && $output != *"QLSHIM_LOG=info"* ]]
    run shimmed "QLSHIM_HOME=/tmp/it's \$here" /usr/bin/python3 -c "import ctypes, os; ctypes.CDLL(None).clearenv(); os.system('env')"
    [[ $output == *"QLSHIM_HOME=/tmp/it's \$here"* ]]
}

@test "LD_PRELOAD= is a wish to go without, and so is QLSHIM_DISABLE=1" {
    run shimmed bash -c "LD_PRELOAD= $PROBES/starts child"
    is_not_loaded
    run shimmed QLSHIM_DISABLE=1 env -i "$PROBES/starts" child
    is_not_loaded
}

@test "other entries of LD_PRELOAD stay, in their order" {
    local fakeroot=/usr/lib/x86_64-linux-gnu/libfakeroot/libfakeroot-sysv.so math=/lib/x86_64-linux-gnu/libm.so.6
    run nameless LD_PRELOAD="$math:$LIBRARY $fakeroot" env "$PROBES/starts" child
    [[ $output == *"LD_PRELOAD=$math:$LIBRARY $fakeroot" ]]
    run shimmed env LD_PRELOAD="$math:$fakeroot" "$PROBES/starts" child
    [[ $output == "loaded,"*"LD_PRELOAD=$LIBRARY:$math:$fakeroot" ]]
    # Two variables of that name: the loaders take the last.
    run shimmed /usr/bin/python3 -c "
import ctypes
c = ctypes.CDLL(None)
strings = lambda *s: (ctypes.c_char_p * (len(s) + 1))(*s, None)
c.execve(b'$PROBES/starts', strings(b'starts', b'child'), strings(b'LD_PRELOAD=$LIBRARY', b'LD_PRELOAD=$math'))"
    [[ $output == "loaded,"* ]]
}

@test "a vfork child leaves its parent's memory as it is" {
    for program in starts starts-musl; do
        run shimmed "$PROBES/$program" unchanged "$PROBES/$program"
        [[ ${lines[0]} == "loaded,"* ]]
        [ "${lines[1]}" = "status 0, library unchanged 1, heap unchanged 1, mappings unchanged 1" ]
    done
}

# The environment as the child of `starts large` sees it, without the shim's own part.
large() {
    "$@" | sed 's/^[a-z ]*loaded, //; s/, LD_PRELOAD.*//'
}

@test "2 MB in 100,000 variables, with duplicates and without =, go through unharmed" {
    (
        ulimit -s unlimited # a quarter of it is what an environment may take
        for size in "100000 2000000" "3500 60000" "3600 60000" "1 120000"; do
            [ "$(large nameless "$PROBES/starts" large $size "$PROBES/starts")" = "$(large shimmed "$PROBES/starts" large $size "$PROBES/starts")" ]
        done
        run shimmed "$PROBES/starts-musl" large 100000 2000000 "$PROBES/starts-musl"
        [[ $output == "loaded, uid 23456, 100000 variables"* ]]
    )
}

@test "E2BIG comes as the kernel gives it" {
    run nameless "$PROBES/starts" large 100 40000000 "$PROBES/starts"
    [ "$output" = E2BIG ]
    run shimmed "$PROBES/starts" large 100 40000000 "$PROBES/starts"
    [ "$output" = E2BIG ]
}

@test "bad pointers and missing files fail as they do bare" {
    local try='
import ctypes, os
c = ctypes.CDLL(None, use_errno=True)
for path in None, ctypes.c_void_p(1), b"", b"/none", b"/etc/passwd", b"/", b"/etc/passwd/x":
    c.execve(path, None, None)
    print(os.strerror(ctypes.get_errno()))
c.execve(b"/bin/true", None, ctypes.c_void_p(4096))
print(os.strerror(ctypes.get_errno()))'
    run nameless /usr/bin/python3 -c "$try"
    local bare=$output
    run shimmed /usr/bin/python3 -c "$try"
    [ "$output" = "$bare" ]
}

# A set-id copy of the probe under the name of a program, owned by daemon.
set_id() {
    cp "$PROBES/starts" "/mnt/disk/$1"
    chown daemon:daemon "/mnt/disk/$1"
    chmod "$2" "/mnt/disk/$1"
}

@test "a set-id crontab and ssh-agent run as the nameless user with the shim in them" {
    local name way
    for name in crontab ssh-agent; do
        set_id $name 6755
        run nameless "$PROBES/starts" execve /mnt/disk/$name
        [[ $output == "not loaded, uid 1,"* ]]
        for way in $("$PROBES/starts" ways); do
            run shimmed "$PROBES/starts" "$way" /mnt/disk/$name
            case $way in
            fexecve) ;; # a descriptor has no name
            *) [[ $output == "loaded, uid 23456,"* ]] || fail "$way: $output" ;;
            esac
        done
        run nameless "$QLSHIM" exec /mnt/disk/$name child
        [[ $output == "loaded, uid 23456,"* ]]
    done
}

@test "other set-id programs keep their privileges, and named users theirs everywhere" {
    local name
    for name in sudo su ping mount; do
        set_id $name 4755
        run shimmed "$PROBES/starts" execve /mnt/disk/$name
        [[ $output == "not loaded, uid 1,"* ]]
    done
    set_id crontab 4755
    run setpriv --reuid nobody --regid nogroup --clear-groups env -i LD_PRELOAD="$LIBRARY" "$PROBES/starts" execve /mnt/disk/crontab
    [[ $output == "not loaded, uid 1,"* ]]
}

@test "no complaint from the loader where LD_PRELOAD has a bare name" {
    mkdir /tmp/upper /tmp/work
    mount -t overlay -o lowerdir=/usr/lib,upperdir=/tmp/upper,workdir=/tmp/work overlay /usr/lib
    cp "$LIBRARY" /usr/lib/libqlshim.so
    set_id ping 4755
    # env itself is not shimmed here, so the kernel's own answer is seen: the loader complains.
    run nameless LD_PRELOAD=libqlshim.so /mnt/disk/ping child
    [[ $output == *"object 'libqlshim.so' from LD_PRELOAD cannot be preloaded"* ]]
    run nameless LD_PRELOAD=libqlshim.so env /mnt/disk/ping child
    [[ $output == "not loaded, uid 1,"* ]]
    run nameless LD_PRELOAD=libqlshim.so env -i "$PROBES/starts" child
    [[ $output == "loaded,"*"LD_PRELOAD=libqlshim.so" ]]
    umount -l /usr/lib
}
