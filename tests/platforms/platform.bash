# What the tests of platforms share. PLATFORM is a name of shim/packaging/platforms.
#
# All but x86-64 run under qemu-user. What qemu 7.2 does not do is left out where it matters: execveat
# (ENOSYS), and with it fexecve; seccomp filters; system and popen on s390x. A child that it starts is a
# program of this machine's own, on which the shim of the other architecture is lost: of children only
# what they are handed is looked at.

# Adds the platform's C libraries and loaders, of its root, to the machine's, in this mount namespace, where no qemu is to look
# for them: a 64-bit x86 runs i386 itself, and what is started by tests/platforms/foreign must find its folders as they are.
join_machine() {
    [[ ($PLATFORM == i386 && $(uname -m) == x86_64) || $PLATFORM == arm* ]] || return 0
    mount -t overlay -o "lowerdir=$PWD/build/$PLATFORM/root/usr/lib:/usr/lib" overlay /usr/lib
}

# Sets BUILD, PROBES, QEMU (empty where the machine needs none), COMPILER and TOOLS (objdump and its kin) for PLATFORM.
choose_platform() {
    PLATFORM=$1
    BUILD=$PWD/build/$PLATFORM
    PROBES=$BUILD/tests
    read -r _ ARCHIVE DEBIAN _ QEMU COMPILER < <(grep "^$PLATFORM " shim/packaging/platforms)
    QEMU=qemu-$QEMU
    [ "$PLATFORM" != i386 ] || [ ! -e /lib/ld-musl-i386.so.1 ] || QEMU=
    TOOLS=${COMPILER%%-gcc*}-
}

all_platforms() {
    sed 's/#.*//' shim/packaging/platforms | awk 'NF { print $1 }'
}

# Those of another machine than this one, which tests/platform makes.
foreign_platforms() {
    all_platforms | grep -vxF "$(uname -m)"
}

# command_of bare PROGRAM [ARGUMENT…], command_of shimmed [QLSHIM_…=value…] PROGRAM [ARGUMENT…]: sets COMMAND, words for env.
command_of() {
    local settings=() setting
    [ "$1" = bare ] || settings=("LD_PRELOAD=$BUILD/libqlshim.so")
    shift
    while [[ $1 == *=* ]]; do
        settings+=("$1")
        shift
    done
    COMMAND=("${settings[@]}" "$@")
    if [ -n "$QEMU" ]; then
        COMMAND=("$QEMU" -L "$BUILD/root")
        for setting in "${settings[@]}"; do COMMAND+=(-E "$setting"); done
        COMMAND+=("$@")
    fi
}

# The same as a nameless user.
emulated() {
    local COMMAND
    command_of "$@"
    LIMIT=60 nameless "${COMMAND[@]}"
}

# The same for a program with threads, whose output is for the end: another attempt where one waits for ever, as qemu 7.2
# now and then does without the shim, too (accounts: 3 in 80 runs on a busy machine).
# To a file: a child of it, in which qemu waits for a lock of its own, is deaf to SIGTERM and would hold a pipe open.
patiently() {
    local attempt status
    for attempt in {1..4}; do
        status=0
        emulated "$@" >"$BATS_TEST_TMPDIR/said" 2>&1 || status=$?
        [ "$status" -eq 124 ] || break
    done
    cat "$BATS_TEST_TMPDIR/said"
    return "$status"
}

undefined() {
    nm -D --undefined-only "$1" | awk '{print $NF}' | sort
}

exported() {
    nm -D --defined-only "$1" | awk '{print $NF}' | sort
}

# The code of a function, an instruction a line.
code_of() {
    "${TOOLS}objdump" -d --no-show-raw-insn "$BUILD/unstripped/libqlshim.so" |
        sed -n "/<$1>:\$/,/^\$/p" | sed -n 's/^ *[0-9a-f]*:[[:space:]]*//p'
}

# The python of the platform's root, which nobody has changed.
python_of_root() {
    echo "$BUILD"/root/usr/bin/python3.1[13]
}
