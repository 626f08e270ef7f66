# The pages: every command line in them runs, links lead somewhere, and both languages say the same.

setup() {
    load common
    rm -rf /tmp/.qlshim-* /tmp/bin
}

teardown() {
    [ -z "${VOLUME:-}" ] || { unmount_volume; }
}

# The fenced blocks of a language in a page, each as one file of a folder.
blocks() {
    rm -rf /tmp/blocks
    mkdir -p /tmp/blocks
    awk -v language="$2" '
        inside && /^```/ { inside = 0; close(file); next }
        inside { print >file }
        $0 == "```" language { inside = 1; file = sprintf("/tmp/blocks/%02d", ++count) }' "$1"
}

# A container as the pages suppose it: /ql/data refuses sockets, qlshim and pm2 are found.
enter_container() {
    mount_volume rclone
    mount -t tmpfs -o mode=0755 tmpfs /opt
    mkdir -p /opt/bin /opt/lib /opt/app
    cp "$QLSHIM" /opt/bin/
    cp "$LIBRARY" /opt/lib/
    ln -s /mnt/source/build/npm/node_modules/pm2/bin/pm2 /opt/bin/pm2
    echo 'setInterval(() => {}, 1000)' >/opt/app/app.js
    chmod -R a+rX /opt
}

# run_block FILE: line by line as a nameless user would type it. What only an image or a build has is
# run by other tests: make by tests/run itself, demo.bats and packaging.bats, docker by recipes.bats.
run_block() {
    local line
    while IFS= read -r line; do
        case $line in
        make* | "# "* | "") continue ;;
        esac
        line=${line//\/ql\/data/$VOLUME}
        run env PATH="/opt/bin:$PATH" PM2_HOME="$VOLUME/pm2" bash -c '
            cd /opt/app && . /mnt/source/tests/programs/common.bash 2>/dev/null
            PATH=/opt/bin:$PATH nameless PM2_HOME="$PM2_HOME" bash -c "$1"' run_block "$line"
        case $line in
        *"grep libqlshim /proc/1/maps"*) [ "$status" -eq 1 ] || [ "$status" -eq 2 ] ;; # process 1 is not shimmed here
        *) [ "$status" -eq 0 ] || fail "$line: $output" ;;
        esac
    done <"$1"
}

@test "every command line of the README and of the page on trouble runs" {
    local page block
    enter_container
    for page in README.md docs/troubleshooting.md; do
        blocks $page sh
        for block in /tmp/blocks/*; do
            [ ! -e "$block" ] || run_block "$block"
        done
    done
    PATH=/opt/bin:$PATH nameless PM2_HOME="$VOLUME/pm2" qlshim exec -- pm2 jlist | grep -q '"status":"online"'
    PATH=/opt/bin:$PATH nameless PM2_HOME="$VOLUME/pm2" qlshim exec -- pm2 kill
    LIMIT=8 run nameless PM2_HOME="$VOLUME/bare" /opt/bin/pm2 start /opt/app/app.js
    [ "$status" -ne 0 ]
}

@test "the README's lines for an image are those of a recipe, which is built and run" {
    blocks README.md dockerfile
    while IFS= read -r line; do
        grep -qxF -- "$line" docs/recipes.md || fail "$line"
    done </tmp/blocks/01
}

@test "the page on the harness: its command runs, and its case is the one that is run" {
    blocks docs/harness.md sh
    sed 1d /tmp/blocks/01 >/tmp/command
    run timeout 120 bash /tmp/command
    [ "$status" -eq 0 ]
    [[ $output == *"bind EIO"*"works"* ]]
    blocks docs/harness.md bash
    diff /tmp/blocks/01 tests/matrix/memcached.case
}

@test "links between the pages lead to pages" {
    local page target
    for page in README.md docs/*.md; do
        while read -r target; do
            case $target in
            http* | "#"*) continue ;;
            esac
            [ -e "$(dirname "$page")/${target%%#*}" ] || fail "$page: $target"
        done < <(grep -o ']([^)]*)' "$page" | sed 's/^](//; s/)$//')
    done
}

commands() {
    blocks "$1" sh
    cat /tmp/blocks/* | sed 's/ *#.*//'
    blocks "$1" dockerfile
    cat /tmp/blocks/*
}

@test "the README and its Chinese twin have the same commands, settings and number of sections" {
    commands README.md >/tmp/commands
    commands docs/README.zh-CN.md | diff /tmp/commands -
    diff <(grep -o '`QLSHIM_[A-Z_]*`' README.md | sort -u) <(grep -o '`QLSHIM_[A-Z_]*`' docs/README.zh-CN.md | sort -u)
    [ "$(grep -c '^## ' README.md)" -eq "$(grep -c '^## ' docs/README.zh-CN.md)" ]
}

@test "every setting of the library is in the README, and every option of exec is a setting" {
    local setting
    while read -r setting; do
        grep -q "\`$setting\`" README.md || fail "$setting is not in the README"
    done < <(grep -oh '"QLSHIM_[A-Z_]*"' shim/core/settings.c | tr -d '"' | sort -u)
    for setting in user home tmpdir state log; do
        "$QLSHIM" exec --help | grep -q -- "--$setting .*QLSHIM_${setting^^}"
    done
}
