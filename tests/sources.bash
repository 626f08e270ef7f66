# For what is built from Debian's source packages, in a folder of its own that is the current one:
#
#     get_sources NAME…            unpacks them, by a list of sources of their own: /etc/apt is not touched
#     make_kernel_headers FOLDER   the kernel's headers without the C library's, for musl-gcc, which knows none;
#                                  to be named by -idirafter, so that its own of the C library come first
#     quietly COMMAND…             says what it says only where it fails

quietly() {
    "$@" </dev/null >log 2>&1 || {
        tail -40 log >&2
        echo "$0: failed: $*" >&2
        exit 1
    }
}

apt_get_here() {
    quietly apt-get -o Dir::Etc::SourceList="$PWD/sources.list" -o Dir::Etc::SourceParts="$PWD/sources.d" \
        -o Dir::State::Lists="$PWD/lists" -o Dir::Cache="$PWD/cache" \
        -o APT::Sandbox::User="$(id -un)" "$@"
}

# The machine's own sources of packages, as sources of source packages.
get_sources() {
    local list
    mkdir sources.d
    for list in /etc/apt/sources.list /etc/apt/sources.list.d/*.list; do
        [ ! -e "$list" ] || sed -n 's/^deb /deb-src /p' "$list" >>sources.list
    done
    for list in /etc/apt/sources.list.d/*.sources; do
        [ ! -e "$list" ] || sed 's/^Types:.*/Types: deb-src/' "$list" >"sources.d/$(basename "$list")"
    done
    touch sources.list
    mkdir -p lists/partial cache
    apt_get_here update
    apt_get_here source "$@"
}

make_kernel_headers() {
    local folder
    mkdir "$1"
    for folder in linux asm-generic mtd; do
        ln -s "/usr/include/$folder" "$1/"
    done
    ln -s "/usr/include/$(gcc -dumpmachine)/asm" "$1/"
}
