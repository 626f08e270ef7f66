# make release refuses what is not ready, before it starts anything that takes long.

setup() {
    load common
    rm -rf /tmp/checkout
    mkdir /tmp/checkout
    tar --create --exclude-vcs --exclude=./build . | tar --extract --directory /tmp/checkout
    cd /tmp/checkout
    # Instead of the tests and the builds: what is asked for is noted.
    printf 'test:\n\t@echo test >>/tmp/asked; test ! -e /tmp/failing\ndist:\n\t@echo dist >>/tmp/asked; mkdir -p build/dist; echo $(CURDIR) >build/dist/$$DIFFERENT"file"; echo >build/dist/file\n' >Makefile
    echo /build/ >.gitignore
    sed -i '/^## \[Unreleased\]/,/^## \[[0-9]/{//!d}' CHANGELOG.md
    VERSION=$("$QLSHIM" --version)
    VERSION=${VERSION#qlshim }
    export GIT_AUTHOR_NAME=t GIT_AUTHOR_EMAIL=t@example.org GIT_COMMITTER_NAME=t GIT_COMMITTER_EMAIL=t@example.org
    git init --quiet
    git add --all
    git commit --quiet --message=all
    rm -f /tmp/asked /tmp/failing
}

release() {
    run shim/packaging/release "${1:-$VERSION}" build/dist
}

refuses() {
    release "${@:2}"
    [ "$status" -eq 1 ] || fail "$output"
    [[ $output == *"make release: $1"* ]] || fail "$output"
}

@test "what is ready: the tests, dist twice, and what to do then" {
    release
    [ "$status" -eq 0 ] || fail "$output"
    [ "$output" = "$VERSION is ready in build/dist: git tag v$VERSION, and hand out what SHA256SUMS names" ]
    [ "$(xargs </tmp/asked)" = "test dist dist" ]
}

@test "refused at once: a tree with changes, a version that is there already or is none" {
    echo >>README.md
    refuses "the tree has changes that are not committed: M README.md"
    git checkout --quiet README.md
    git tag "v$VERSION"
    refuses "there is a tag v$VERSION"
    git tag --delete "v$VERSION" >/dev/null
    refuses "1.0 is no semantic version" 1.0
    [ ! -e /tmp/asked ]
}

@test "refused at once: a changelog or documents of another version, or lines that belong to none" {
    refuses "the Makefile says 99.0.0, CHANGELOG.md $VERSION" 99.0.0
    sed -i "1s/($VERSION)/(98)/" debian/changelog
    git commit --quiet --all --message=other
    refuses "the Makefile says $VERSION, debian/changelog 98"
    sed -i "1s/(98)/($VERSION)/" debian/changelog
    sed -i 's/^## \[Unreleased\]/&\n\n- New./' CHANGELOG.md
    git commit --quiet --all --message=new
    refuses "CHANGELOG.md has 1 lines under Unreleased"
    sed -i '/^- New\.$/d' CHANGELOG.md
    sed -i "1,/qlshim-$VERSION/s/qlshim-$VERSION/qlshim-0.0.9/" docs/recipes.md
    git commit --quiet --all --message=documents
    refuses "the documents name files of another version than $VERSION: docs/recipes.md:"
    [[ $output == *:qlshim-0.0.9 ]]
    [ ! -e /tmp/asked ]
}

@test "refused later: tests that fail, two builds that differ" {
    touch /tmp/failing
    refuses "the tests fail"
    [ "$(xargs </tmp/asked)" = test ]
    rm /tmp/failing
    DIFFERENT=other- refuses "two builds differ"
}
