# A change that makes a door cost more shows in the count of its instructions, on a busy machine too.

setup() {
    load common
    [ "$(uname -m)" = x86_64 ] || skip "the counts of bench/instructions.txt are x86-64's"
}

@test "every door executes as many instructions as bench/instructions.txt says" {
    run bench/instructions --check bench/instructions.txt
    echo "$output"
    [ "$status" -eq 0 ]
    [[ $output == *"doors, 0 differ" ]]
    [ "$(grep -vc '^#' bench/instructions.txt)" -gt 70 ]
}

@test "a door that costs more, or less, or is not counted is named" {
    sed 's/^\(passing: geteuid  *\)[0-9]*$/\11/; s/^\(links: getpwuid  *\)\([0-9]*\)$/\19\2/
        /^files: getsockname /d' bench/instructions.txt >/tmp/tampered
    [ "$(diff bench/instructions.txt /tmp/tampered | grep -c '^<')" -eq 3 ]
    run bench/instructions --check /tmp/tampered
    [ "$status" -eq 1 ]
    [[ $output == *"passing: geteuid: "*" instructions, 1 in the baseline"* ]]
    [[ $output == *"links: getpwuid: "* ]]
    [[ $output == *"files: getsockname: "*" instructions, None in the baseline"* ]]
    [ "${lines[-1]#* doors, }" = "3 differ" ]
}

@test "what is within a tenth, or three instructions, passes" {
    sed -E 's/^(passing: geteuid +)([0-9]+)$/echo "\1$((\2 + 2))"/e
        s/^(links: bind, unlink +)([0-9]+)$/echo "\1$((\2 * 106 \/ 100))"/e' \
        bench/instructions.txt >/tmp/near
    [ "$(diff bench/instructions.txt /tmp/near | grep -c '^<')" -eq 2 ]
    run bench/instructions --check /tmp/near
    [ "$status" -eq 0 ]
}
