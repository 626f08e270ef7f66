# On each volume of this machine's kernel: every step of a server and a client on a socket path
# (tests/probes/steps.c), PM2's life, doctor's word, and a crontab kept there. A line for the table of
# docs/kernels.md tells what happened, before anything is held against it.

setup_file() {
    load ../programs/common
    load volumes
    mount_kind ext4
    fresh_folder
    LIMIT=900 nameless "$PROBES/steps" "$FOLDER" >"$BATS_FILE_TMPDIR/truth"
    [ "$(wc -l <"$BATS_FILE_TMPDIR/truth")" -gt 200 ]
    unmount_kind
}

setup() {
    load ../programs/common
    load volumes
    rm -rf /tmp/.qlshim-*
    # This machine's processor is emulated, and may share its own.
    export LIMIT=900
}

teardown() {
    end_programs
    unmount_kind
}

# How large a socket looks is the volume's to say.
normal() {
    sed "s/, size [0-9]*,/,/; ${excused[$KIND]:-}; $excused_by_age" "$1"
}

# Each of these is called with "bare" or "shimmed".
steps() {
    fresh_folder
    as "$1" "$PROBES/steps" "$FOLDER" >"$BATS_TEST_TMPDIR/all-$1" 2>&1
    diff <(normal "$BATS_FILE_TMPDIR/truth") <(normal "$BATS_TEST_TMPDIR/all-$1")
}

# What a compiler makes is compiled once more by the emulator: without it, it takes three quarters of the time.
pm2_life() {
    fresh_folder
    as "$1" PM2_HOME="$FOLDER" NO_COLOR=1 NODE_OPTIONS=--jitless node tests/kernels/pm2.js && [ ! -e "$FOLDER/rpc.sock" ]
}

# Where sockets are refused, bare PM2 waits for ever. So it begins first, and has as long as all else takes.
begin_bare_pm2() {
    [ "${PM2:-}" != off ] || return 0
    (pm2_life bare >"$BATS_TEST_TMPDIR/pm2_life-bare" 2>&1 && touch "$BATS_TEST_TMPDIR/pm2-works") </dev/null >/dev/null 3>&- &
}

# bare_pm2 STEPS: where the steps work bare, so will it, in the end.
bare_pm2() {
    [ "${PM2:-}" != off ] || { echo 'not run'; return; }
    [ "$1" != works ] || WAIT=300 eventually test -e "$BATS_TEST_TMPDIR/pm2-works" >/dev/null || true
    if [ -e "$BATS_TEST_TMPDIR/pm2-works" ]; then echo works; else echo fails; fi
}

# From a shell: crontab is set-gid, and would come without the shim.
cron_state() {
    LIMIT=120 as "$1" QLSHIM_STATE="$VOLUME/state" sh -c 'echo "0 0 * * * true" | crontab - && crontab -l' |
        tee "$BATS_TEST_TMPDIR/crontab" | grep -x '0 0 \* \* \* true'
}

outcome() {
    local word=fails
    [ "$1 ${PM2:-}" != "pm2_life off" ] || { echo 'not run'; return; }
    "$@" >"$BATS_TEST_TMPDIR/$1-$2" 2>&1 </dev/null && word=works
    echo "$word"
}

# The folder's verdict, and what else there is to say of it.
doctor_says() {
    nameless "$QLSHIM" doctor --json "$VOLUME" |
        sed -n -e "s,.*\"subject\": \"$VOLUME\"\, \"fact\": \"\([^\"]*\)\".*,\1,p" \
            -e "s,.*\"subject\": \"\([^\"]*\) in $VOLUME\"\, \"fact\": \"\([^\"]*\)\".*,; \1: \2,p" | tr -d '\n'
}

# held KIND BARE [CRONTAB]: with the shim all works (or CRONTAB says what crontab does); without it, the steps do
# what BARE says.
held() {
    KIND=$1
    mount_kind "$1"
    local bare shimmed pm2_bare pm2_shimmed doctor cron
    begin_bare_pm2
    bare=$(outcome steps bare)
    doctor=$(doctor_says)
    shimmed=$(outcome steps shimmed)
    pm2_shimmed=$(outcome pm2_life shimmed)
    cron=$(outcome cron_state shimmed)
    pm2_bare=$(bare_pm2 "$bare")
    echo "# row: | $(sed 's/.*Debian \([^ )]*\).*/\1/' /proc/version) | $1 | $bare | $shimmed | $pm2_bare | $pm2_shimmed | $cron | $doctor |" >&3
    head -n 60 "$BATS_TEST_TMPDIR"/{steps,pm2_life,cron_state}-* 2>/dev/null || true
    [ "$bare" = "$2" ]
    [ "$shimmed $cron" = "works ${3:-works}" ]
    [ "$pm2_shimmed" != fails ]
    [ "$bare $pm2_bare" != "works fails" ]
    # It calls good what works bare, and names what does not.
    case $bare in
    works) [[ "$doctor" == *", takes Unix sockets"* && "$doctor" != *"hard links of sockets"* ]] ;;
    fails) [[ "$doctor" == *", refuses Unix sockets: "* || "$doctor" == *"hard links of sockets: lead to nobody"* ]] ;;
    esac
}

@test "ext4" { held ext4 works; }
@test "tmpfs" { held tmpfs works; }
@test "overlay" { held overlay works; }
@test "vfat" { held vfat fails; }
@test "exfat" { held exfat fails; }
@test "ntfs3" { held ntfs3 works; }
@test "ntfs-3g" { held ntfs-3g fails; }
@test "ntfs-3g-umask" { held ntfs-3g-umask fails; }
@test "9p-passthrough" { held 9p-passthrough fails; }
@test "9p-mapped-xattr" { held 9p-mapped-xattr fails; }
# fsync never returns from this volume, and crontab calls it.
@test "9p-unix" {
    held 9p-unix fails fails
    LIMIT=20 run nameless dd if=/dev/zero of="$VOLUME/file" count=1 conv=fsync
    [ "$status" -eq 124 ]
}
@test "virtiofs" { held virtiofs works; }
@test "cifs" { held cifs fails; }
@test "cifs-noperm" { held cifs-noperm fails; }
@test "cifs-mfsymlinks" { held cifs-mfsymlinks fails; }
# Linux 6.12 makes sockets there.
@test "cifs-sfu" { if since 6.12; then held cifs-sfu works; else held cifs-sfu fails; fi; }
@test "cifs-unix" { held cifs-unix fails; }
@test "nfs3" { held nfs3 works; }
@test "nfs4" { held nfs4 works; }
