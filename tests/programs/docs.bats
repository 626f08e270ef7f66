# The pages: every command line in them runs, links lead somewhere, and both languages say the same.

setup() {
    load common
    hide_busybox
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
    grep -F "info: bind $VOLUME/pm2/rpc.sock -> /tmp/.qlshim-23456/" /tmp/qlshim.log
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

pages() {
    /usr/bin/python3 /mnt/source/tests/programs/pages.py "$@"
}

# says_nothing COMMAND…: or what it says is the fault.
says_nothing() {
    run "$@"
    [ "$status" -eq 0 ] && [ -z "$output" ] || fail "$output"
}

@test "links lead to pages and to headings, those of a Chinese page to Chinese ones where there are any" {
    local page
    for page in README.md docs/*.md; do
        says_nothing pages links "$page"
    done
}

# The English page of a Chinese one.
english_of() {
    local name=${1##*/}
    case $name in
    README.*) echo README.md ;;
    *) echo "docs/${name%.zh-CN.md}.md" ;;
    esac
}

compare_twins() {
    diff <(pages skeleton "$(english_of "$1")") <(pages skeleton "$1")
}

@test "a page and its Chinese twin have the same sections, tables, commands, settings and links, and name each other" {
    local page english twins=0
    for page in docs/*.zh-CN.md; do
        english=$(english_of "$page")
        compare_twins "$page" || fail "$page"
        [ "$(sed -n 3p "$page")" = "[English]($(realpath --relative-to docs "$english"))" ]
        [ "$(sed -n 3p "$english")" = "[中文]($(realpath --relative-to "$(dirname "$english")" "$page"))" ]
        says_nothing pages breaks "$page"
        twins=$((twins + 1))
    done
    [ "$twins" -eq 3 ]
}

@test "a twin that has drifted is found out" {
    local page change
    while read -r page change; do
        rm -rf /tmp/copy
        mkdir /tmp/copy
        cp -r README.md CHANGELOG.md docs tests /tmp/copy
        (
            cd /tmp/copy
            compare_twins "docs/$page.zh-CN.md"
            sed -i "$change" "docs/$page.zh-CN.md"
            ! cmp --quiet "/mnt/source/docs/$page.zh-CN.md" "docs/$page.zh-CN.md" || false
            run compare_twins "docs/$page.zh-CN.md"
            [ "$status" -eq 1 ] || fail "$page: $change"
        )
    done <<'END'
recipes s/--user 12345:0 --volume/--user 12345:1 --volume/
recipes s/^## Podman/### Podman/
recipes s/^  # Two pods/  # 两个 Pod/
recipes /QLSHIM_USER/d
troubleshooting /^cat /d
troubleshooting s/^\*\*6\. /**/
troubleshooting s/(doctor\.md)/(design.md)/
README s/^make test/make check/
README /^| `QLSHIM_CRON`/d
README s/`QLSHIM_DISABLE=1`/QLSHIM_DISABLE=1/
END
}

@test "so are a link to nowhere, one that misses the Chinese page, and a line that ends within a Chinese sentence" {
    mkdir /tmp/broken
    cp -r README.md CHANGELOG.md docs tests /tmp/broken
    cd /tmp/broken
    sed -i 's/(messages.md)/(message.md)/; s/#演示构建与测试/#演示/; s/(recipes.zh-CN.md)/(recipes.md)/; $a 套接字\n可用' docs/README.zh-CN.md
    run pages links docs/README.zh-CN.md
    [[ $output == *"message.md: there is no such page"* ]]
    [[ $output == *"#演示: there is no such heading"* ]]
    [[ $output == *"recipes.md: that page is in Chinese, too"* ]]
    [ "${#lines[@]}" -eq 3 ]
    run pages breaks docs/README.zh-CN.md
    [ "${#lines[@]}" -eq 1 ]
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
