# The bench runs, and reports on everything: its figures are read by people, not tested.

setup() {
    load common
}

# The first cells of the rows of the nth table below a heading, each with a semicolon.
rows() {
    awk -F ' *[|] *' -v heading="## $1" -v wanted="${2:-1}" '
        /^## / { inside = $0 == heading; table = line = 0 }
        !inside { next }
        !/^[|]/ { line = 0; next }
        ++line == 1 { table++ }
        table == wanted && line > 2 { printf "%s;", $2 }' /tmp/report
}

count_rows() {
    rows "$@" | tr -cd ';' | wc -c
}

@test "each table is there, with all rows and no empty cell" {
    timeout 1300 bench/run --quick >/tmp/report 2>/tmp/errors 3>&- || fail "$(tail -5 /tmp/errors)"
    local preloads="bare;an empty library;qlshim;nss_wrapper;socket_wrapper;uid_wrapper;the three wrappers together;fakeroot's library;fakechroot's library;libfaketime;proot;"
    [ "$(rows "Starting a program" 1)" = "$preloads" ]
    [ "$(rows "Starting a program" 2)" = "$preloads" ]
    [ "$(count_rows "Starting a program" 3)" -eq 6 ]
    [ "$(count_rows "A call where there is nothing to do")" -eq 14 ]
    [ "$(count_rows "A call where there is work to do" 1)" -eq 10 ]
    [ "$(count_rows "A call where there is work to do" 2)" -eq 3 ]
    [ "$(rows "A call where there is work to do" 3)" = "bare: no such user;nss_wrapper;the three wrappers together;qlshim;" ]
    [ "$(rows Growth 1)" = "10;100;" ]
    [ "$(rows Growth 2)" = "1;4;" ]
    [ "$(count_rows Memory)" -eq 8 ]
    [ "$(count_rows Goals)" -eq 60 ]
    run grep -nE '^[|].*[|] *[|]' /tmp/report
    [ -z "$output" ]
    run grep -niwE 'nan|none|inf' /tmp/report
    [ -z "$output" ]
    awk -F '[|]' '!/^[|]/ { cells = 0; next } cells && NF != cells { exit 1 } { cells = NF }' /tmp/report
}

@test "it refuses to measure a library that is not loaded" {
    mkdir -p /tmp/built/bench
    cp -r build/bench build/tests/faulty /tmp/built
    run env BUILD=/tmp/built bench/run --quick 3>&-
    [ "$status" -ne 0 ]
    [[ $output == *"libqlshim.so is not loaded"* ]]
}
