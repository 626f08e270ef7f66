# A row of the table, from what judge has found out.

row() {
    local failed went_bare went_shimmed where=$volume
    case $found in
    '' | none) failed="no failed call" ;;
    account) failed="no failed call: the uid has no account" ;;
    *) failed="\`$found\`" ;;
    esac
    case $went in
    works) went_bare=works ;;
    hangs) went_bare="hangs${message:+, $(quoted "$message")}; $failed" ;;
    *) went_bare="${message:+$(quoted "$message"); }$failed" ;;
    esac
    case $shim_went in
    works) went_shimmed="works${note:+: $note}" ;;
    *) went_shimmed="${because:-$shim_went}" ;;
    esac
    [ "$uid" = 23456 ] || where="$where, as $uid"
    echo "| $(cell "$program${number:+ $number}") | $(cell "$does") | $where | $went_bare | $(cell "$went_shimmed") |"
}

# Text for a cell: a bar would end it.
cell() {
    sed 's/|/\\|/g' <<<"$1"
}

# A program's own words.
quoted() {
    local words=${1//\`/\'}
    cell "\`${words:0:160}\`"
}
