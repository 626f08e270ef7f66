# A small tree of root's that has something of each kind, and what runs in a view of it.

LIBRARY=${LIBRARY:-$PWD/build/libqlshim.so}
NAMELESS_UID=${NAMELESS_UID:-23456}

# make_tree FOLDER: names as tests/writable/operations has them.
make_tree() {
    local folder
    mkdir -p "$1"
    for folder in a b c d a/b a/b/c a/bin b/lib lib lib/a e; do
        mkdir -p "$1/$folder"
        echo "in $folder" >"$1/$folder/x.txt"
    done
    echo f >"$1/f"
    printf '#!/bin/sh\necho "$0"\n' >"$1/run.sh"
    chmod 755 "$1/run.sh"
    cp "$1/run.sh" "$1/a/run.sh"
    chmod 444 "$1/b/x.txt"
    chmod 555 "$1/lib/a"
    rm "$1/e/x.txt"
    ln -s ../run.sh "$1/a/bin/f"
    ln -s "$1/b/x.txt" "$1/c/e"
    ln -s ../../a "$1/b/lib/d"
    ln -s b "$1/a/e"
    ln -s nowhere "$1/d/f"
}
