# What is installed besides the two files, and how they are built: manual pages, completions, debug
# information, the same files from the same sources.

setup() {
    load common
    COMPLETIONS=$PWD/shim/command/completions
    mkdir -p /tmp/empty
}

# Quietly, with its own variables, and without what a make that started the tests was told.
make_in() {
    env -u MAKEFLAGS -u MAKELEVEL make --no-print-directory -C "$@" >/tmp/log 2>&1 || fail "$(cat /tmp/log)"
}

# The checkout, without what is built and stored.
copy_sources() {
    mkdir -p "$1"
    tar --create --exclude-vcs --exclude=./build . | tar --extract --directory "$1"
}

files_below() {
    (cd "$1" && find . ! -type d | sort)
}

installed='./bin/qlshim
./lib/libqlshim-writable.so
./lib/libqlshim.so
./share/bash-completion/completions/qlshim
./share/man/man1/qlshim.1
./share/man/man7/libqlshim.7
./share/zsh/site-functions/_qlshim'

@test "make install puts everything in its place, make uninstall takes it away" {
    make_in . install DESTDIR=/tmp/root PREFIX=/opt/shim
    [ "$(files_below /tmp/root/opt/shim)" = "$installed" ]
    [ "$(stat -c %a /tmp/root/opt/shim/bin/qlshim)" = 755 ]
    [ "$(stat -c %a /tmp/root/opt/shim/lib/libqlshim.so)" = 644 ]
    run nameless /tmp/root/opt/shim/bin/qlshim exec -- printenv LD_PRELOAD
    [ "$output" = /tmp/root/opt/shim/lib/libqlshim.so ]
    touch /tmp/root/opt/shim/lib/other
    make_in . uninstall DESTDIR=/tmp/root PREFIX=/opt/shim
    [ "$(files_below /tmp/root)" = ./opt/shim/lib/other ]
    run -127 nameless /tmp/root/opt/shim/bin/qlshim --version
}

# made_with CC: the last line but make's own of a build with that compiler.
made_with() {
    run env -u MAKEFLAGS -u MAKELEVEL make --no-print-directory "CC=$1" BUILD=/tmp/without
    [ "$status" -ne 0 ]
    output=$(grep -v '^make' <<<"$output" | tail -n 1)
}

@test "where a compiler or uthash is missing make says what to install" {
    made_with /tmp/none
    [[ $output == "/tmp/none does not compile: install gcc and libc6-dev"* ]] || fail "$output"
    printf '#!/bin/sh\n! grep -q uthash\n' >/tmp/without-uthash
    chmod +x /tmp/without-uthash
    made_with /tmp/without-uthash
    [[ $output == "uthash.h is missing: install uthash-dev"* ]] || fail "$output"
}

@test "without scdoc make install says so in one line and installs the rest" {
    rm -rf /tmp/root
    mount --bind /dev/null "$(command -v scdoc)"
    make_in . install DESTDIR=/tmp/root PREFIX=
    umount "$(command -v scdoc)"
    [ "$(grep -c scdoc /tmp/log)" -eq 1 ]
    [ "$(files_below /tmp/root)" = "$(grep -v /man/ <<<"$installed")" ]
}

# What man(1) has to say against a page: groff's warnings.
complaints() {
    man --warnings=w --local-file --encoding UTF-8 --troff-device=utf8 --ditroff "$1" 2>&1 >/dev/null
}

@test "the manual pages are without a fault, and of this version" {
    make_in . man
    local page
    for page in qlshim.1 libqlshim.7; do
        [ -z "$(complaints "build/man/$page")" ] || fail "$(complaints "build/man/$page")"
        # That it would complain:
        sed '/^\.SH NAME/a .missing' "build/man/$page" >"/tmp/$page"
        [ -n "$(complaints "/tmp/$page")" ]
        run man --local-file "build/man/$page"
        [[ $output == *NAME*"${page%.*} - "* ]]
        [[ $output == *"$("$QLSHIM" --version)"* ]]
    done
    LC_ALL=C run lexgrog build/man/qlshim.1 build/man/libqlshim.7
    [ "$status" -eq 0 ]
}

# The long options and subcommands that the command's own help names.
named_by_help() {
    local subcommand
    "$QLSHIM" --help | sed -n 's/^ *\(usage: \)\?qlshim \([a-z]\+\).*/\2/p'
    for subcommand in "" $("$QLSHIM" --help | sed -n 's/^ *\(usage: \)\?qlshim \([a-z]\+\).*/\2/p'); do
        # Not those of docker.
        "$QLSHIM" $subcommand --help | grep -v 'docker run\|--env' | grep -oE -- '--[a-z]+'
    done | sort -u
}

@test "what the command's help names is in its manual page and in both completions" {
    local word found=0
    for word in $(named_by_help); do
        found=$((found + 1))
        grep -qF -- "*$word*" docs/qlshim.1.scd || fail "qlshim(1) lacks $word"
        grep -qE -- "[' ]$word\b" "$COMPLETIONS/qlshim.bash" || fail "bash's completion lacks $word"
        grep -qE -- "['\")*]$word\b" "$COMPLETIONS/_qlshim" || fail "zsh's completion lacks $word"
    done
    [ "$found" -ge 8 ]
}

@test "the settings that the library reads are those of its manual page" {
    local read described
    read=$(grep -ohE '"QLSHIM_[A-Z_]+"' shim/core/settings.c shim/writable/load.c | tr -d '"' | sort -u)
    described=$(sed -n '/^# SETTINGS/,/^# FILES/s/^\*\(QLSHIM_[A-Z_]*\)\*$/\1/p' docs/libqlshim.7.scd | sort)
    [ "$(wc -l <<<"$read")" -ge 10 ]
    [ "$read" = "$described" ]
}

# completed WORD…: what bash offers for the last word, in a shell without other completions.
completed() {
    bash --norc -c '
        . "$1" && shift
        compopt() { :; } # only inside a real completion
        COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
        _qlshim
        echo "${COMPREPLY[*]}"' bash "$COMPLETIONS/qlshim.bash" "$@"
}

@test "bash completes subcommands, options, their values and commands" {
    [ "$(completed qlshim "")" = "exec doctor explain status env cdi --help --version" ]
    [ "$(completed qlshim e)" = "exec explain env" ]
    [ "$(completed qlshim exec --)" = "--user --home --tmpdir --state --log --writable --help" ]
    [ "$(completed qlshim exec --log "")" = "off error info debug" ]
    [ "$(completed qlshim exec --log info --t)" = --tmpdir ]
    [ "$(completed qlshim exec --home /us)" = /usr ]
    [ "$(completed qlshim exec --user roo)" = root ]
    [[ $(completed qlshim exec --log info mkfi) == mkfifo* ]]
    [[ $(completed qlshim exec -- mkfi) == mkfifo* ]]
    [ "$(completed qlshim exec mkfifo --)" = "" ]
    [ "$(completed qlshim exec -- mkfifo --lo)" = "" ]
    [ "$(completed qlshim env --l)" = --log ]
    [ "$(completed qlshim env --log d)" = debug ]
    [ "$(completed qlshim env mkfi)" = "" ]
    [ "$(completed qlshim doctor --)" = "--json --help" ]
    [ "$(completed qlshim doctor /us)" = /usr ]
    [ "$(completed qlshim status --c)" = --clean ]
    [ "$(completed qlshim cdi --)" = "--writable --library --help" ]
    [ "$(completed qlshim cdi --library /us)" = /usr ]
}

offered_by_zsh() {
    timeout -k 2 60 zsh -f tests/programs/completions.zsh "$@" 3>&-
}

@test "zsh completes subcommands, options and their values" {
    run offered_by_zsh "$COMPLETIONS" "qlshim "
    [[ $output == *cdi*doctor*env*exec*explain*status* ]]
    run offered_by_zsh "$COMPLETIONS" "qlshim exec --"
    [[ $output == *--help*--home*--log*--state*--tmpdir*--user*--writable* ]]
    run offered_by_zsh "$COMPLETIONS" "qlshim exec --log "
    [[ $output == *debug*error*info*off* ]]
    run offered_by_zsh "$COMPLETIONS" "qlshim status --"
    [[ $output == *--clean*--help* && $output != *--json* ]]
    run offered_by_zsh "$COMPLETIONS" "qlshim cdi --"
    [[ $output == *--help*--library*--writable* ]]
    run offered_by_zsh "$COMPLETIONS" "qlshim env --log "
    [[ $output == *debug*error*info*off* ]]
    run offered_by_zsh "$COMPLETIONS" "qlshim exec --user root -- mkfi"
    [[ $output == *mkfifo* ]]
    run offered_by_zsh /tmp/empty "qlshim "
    [[ $output != *doctor* ]]
}

@test "the debug information lies apart, is found by gdb, and changes nothing that is loaded" {
    run readelf -SW "$LIBRARY"
    [[ $output == *.gnu_debuglink* && $output != *.debug_info* && $output != *.symtab* ]]
    run gdb --batch --nx -ex 'info line bind' -ex 'info symbol marker_create' "$LIBRARY"
    [[ $output == *"shim/calls/socket.c"* || $output == *"shim/core/errno_now.h"* ]]
    [[ $output == *"marker_create in section .text"* ]]
    run gdb --batch --nx -ex 'info line command_exec' "$QLSHIM"
    [[ $output == *"shim/command/exec.c"* ]]
    make_in . BUILD=/tmp/plain CFLAGS=-g0 -j2
    local file
    for file in libqlshim.so qlshim; do
        objcopy --remove-section=.gnu_debuglink "build/$file" "/tmp/$file.one"
        objcopy --remove-section=.gnu_debuglink "/tmp/plain/$file" "/tmp/$file.two"
        cmp "/tmp/$file.one" "/tmp/$file.two"
        run cmp "build/$file.debug" "/tmp/plain/$file.debug"
        [ "$status" -eq 1 ]
    done
}

@test "the same sources give the same files, wherever they are" {
    local file
    copy_sources /tmp/here
    copy_sources /tmp/a/place/with/a/long/name
    make_in /tmp/here -j2 all man
    (umask 077 && TZ=Asia/Tokyo LC_ALL=C.UTF-8 make_in /tmp/a/place/with/a/long/name -j2 all man)
    for file in libqlshim.so libqlshim.so.debug qlshim qlshim.debug man/qlshim.1 man/libqlshim.7; do
        cmp "/tmp/here/build/$file" "/tmp/a/place/with/a/long/name/build/$file"
    done
    cmp /tmp/here/build/libqlshim.so "$LIBRARY"
    # The folder's name would be in the debug information, and its sum in the library.
    make_in /tmp/here BUILD=named DEBUG=-g -j2 named/libqlshim.so
    make_in /tmp/a/place/with/a/long/name BUILD=named DEBUG=-g -j2 named/libqlshim.so
    run cmp /tmp/here/named/libqlshim.so /tmp/a/place/with/a/long/name/named/libqlshim.so
    [ "$status" -eq 1 ]
}

@test "one version: the Makefile's, the changelog's and the package's" {
    local version
    version=$("$QLSHIM" --version)
    version=${version#qlshim }
    [ "$(sed -n 's/^## \[\([0-9][^]]*\)\].*/\1/p' CHANGELOG.md | head -n 1)" = "$version" ]
    mkdir /tmp/version
    cp -r Makefile debian /tmp/version
    run make -C /tmp/version -f debian/rules --dry-run clean
    [ "$status" -eq 0 ]
    sed -i 's/^VERSION := .*/VERSION := 99/' /tmp/version/Makefile
    run make -C /tmp/version -f debian/rules --dry-run clean
    [ "$status" -ne 0 ]
    [[ $output == *"debian/changelog is of version $version, the Makefile of 99"* ]]
}
