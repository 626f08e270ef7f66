# A task: with what the panel has written, the tree that python lists, and the version of the scripts.
cd "$(dirname "$0")"
. preload/env.sh
{
    id
    echo "$SAID $(python3 -c 'import os, sys; sys.path[:0] = ["preload"]; import env; print(env.said, "env.sh" in os.listdir("preload"))')"
    cat version
} >/ql/data/fired.new 2>&1
mv /ql/data/fired.new /ql/data/fired
