# A task: with what the panel has written, the tree that python lists, and the version of the scripts.
. /ql/shell/preload/env.sh
cd /ql/shell
{
    id
    echo "$SAID $(python3 -c 'import os, sys; sys.path[:0] = ["preload"]; import env; print(env.said, "env.sh" in os.listdir("preload"))')"
    cat /ql/shell/version
} >/ql/data/fired.new 2>&1
mv /ql/data/fired.new /ql/data/fired
