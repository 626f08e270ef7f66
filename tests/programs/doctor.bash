# qlshim doctor's report, for the bats files that ask for it. Loaded after common.bash, at a
# file's top.

setup() {
    hide_busybox
    rm -rf /tmp/.qlshim-*
}

teardown() {
    [ -z "${VOLUME:-}" ] || unmount_volume
}

# doctor WORD…: as the nameless user, by JSON; `found AREA SUBJECT` then prints what it says of it.
doctor() {
    run --separate-stderr nameless "${settings[@]}" "$QLSHIM" doctor --json "$@"
    echo "$output" >/tmp/doctor.json
    /usr/bin/python3 -m json.tool /tmp/doctor.json >/dev/null
}

# The members of a finding, by name: status fact message remedy, or of its details.
found() {
    /usr/bin/python3 - "$@" <<'END'
import json, sys
report = json.load(open("/tmp/doctor.json"))
area, subject, *members = sys.argv[1:]
assert report["schema"] == 1
for finding in report["findings"]:
    if finding["area"] == area and finding["subject"].startswith(subject):
        print(*(str(finding.get(name) or finding["details"].get(name)) for name in members), sep="\n")
        break
END
}

# The matrix's static busybox, where that is installed: its crond is out of reach, and so a finding.
hide_busybox() {
    [ ! -f /usr/bin/busybox ] || mount --bind /dev/null /usr/bin/busybox
}
