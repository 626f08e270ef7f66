# node's and Ruby's own tests of sockets and names, each once on a volume.
#
#     results_of bare|shimmed FILE     a line for each that ended well, sorted, as the user without a name with
#                                      its temporary files in a fresh folder of the volume
#
# node's are those that use common.PIPE, a program each; Ruby's are methods, each file of them a program.

. "$PWD/tests/programs/common.bash"

SUITES=$PWD/build/suites
NODE=$SUITES/bin/usr/bin/node
export LIMIT=120

# Debian's node is not installed here: its own parts in JavaScript, which it has by their path.
place_node() {
    mount -t tmpfs -o mode=0755 tmpfs /opt
    mkdir -p /opt/upper /opt/work
    mount -t overlay -o "lowerdir=$SUITES/bin/usr/share:/usr/share,upperdir=/opt/upper,workdir=/opt/work" overlay /usr/share
}

node_tests() {
    cd "$SUITES/node/test" && grep -lF common.PIPE {parallel,sequential}/*.js
}

# run_node bare|shimmed TEST: a test's first line of comment may have flags of node's.
run_node() {
    local flags
    fresh_folder
    flags=$(sed -n 's,^// Flags: ,,p' "$SUITES/node/test/$2")
    # shellcheck disable=SC2086
    (cd "$SUITES/node/test" && as "$1" LD_LIBRARY_PATH="$SUITES/bin/usr/lib/$(uname -m)-linux-gnu" \
        NODE_TEST_DIR="$FOLDER" "$NODE" $flags "$2") </dev/null >/dev/null 2>&1
}

# `[ 1/15] Class#test_name = 0.01 s` for each; at the end, the line after `1) Failure:`, Error or Skipped names
# one that did not end well. Of a program that did not come to its end, nothing counts.
run_ruby() {
    fresh_folder
    (cd "$SUITES/ruby" && as "$1" TMPDIR="$FOLDER" ruby3.1 -r "$SUITES/../../tests/suites/tmpdir.rb" \
        -Itest -Itool/lib tool/test/runner.rb -v "$2") \
        </dev/null 2>&1 | awk '
            not_well { delete well[$1]; sub(/:$/, "", $1); delete well[$1]; not_well = 0 }
            match($0, /[A-Za-z0-9_:]+#test_.* = [0-9.]+ s/) { split(substr($0, RSTART), words, " = "); well[words[1]] }
            /^ *[0-9]+\) (Failure|Error|Skipped):$/ { not_well = 1 }
            /^Finished tests/ { ended = 1 }
            END { if (ended) for (name in well) print "ruby", name }'
}

results_of() {
    local test
    {
        for test in $(node_tests); do
            ! run_node "$1" "$test" || echo "node $test"
        done
        for test in $(cd "$SUITES/ruby" && echo test/{socket,etc}/*.rb); do
            run_ruby "$1" "$test" || true
        done
    } | sort >"$2"
}
