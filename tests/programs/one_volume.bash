# For files whose tests mount a volume each, or none, and compare what is in /tmp/bare with /tmp/shimmed. Loaded after
# common.bash, at a file's top.

setup() {
    rm -rf /tmp/.qlshim-* /tmp/bare /tmp/shimmed
    VOLUME_KIND=
}

teardown() {
    [ -z "$VOLUME_KIND" ] || unmount_volume
}
