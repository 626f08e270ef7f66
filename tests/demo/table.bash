# A table of 100 columns: plain text, in colour after `table_in_colour`.
#
#     table_rule                                    a line across
#     table_row COLOUR CELL COLOUR CELL COLOUR CELL
#
# Cells are wrapped. All of the first is in its colour (none, bold, red, green, yellow), and of the others
# the first line.

TABLE_WIDTHS=(20 36 38)
declare -A COLOURS=()

table_in_colour() {
    COLOURS=([bold]=$'\e[1m' [red]=$'\e[31m' [green]=$'\e[32m' [yellow]=$'\e[33m' [end]=$'\e[0m')
}

table_rule() {
    local rule
    printf -v rule '%*s+%*s+%*s' $((TABLE_WIDTHS[0] + 1)) "" $((TABLE_WIDTHS[1] + 2)) "" $((TABLE_WIDTHS[2] + 1)) ""
    echo "${rule// /-}"
}

# At blanks where there are any, in the midst of a word where there are none.
wrap() {
    local width=$1 line rest
    while IFS= read -r rest; do
        while [ ${#rest} -gt "$width" ]; do
            line=${rest:0:width+1}
            case $line in
            *" "*) line=${line% *} rest=${rest:${#line}+1} ;;
            *) line=${rest:0:width} rest=${rest:width} ;;
            esac
            echo "$line"
        done
        echo "$rest"
    done <<<"$2"
}

table_row() {
    local first second third number
    mapfile -t first < <(wrap "${TABLE_WIDTHS[0]}" "$2")
    mapfile -t second < <(wrap "${TABLE_WIDTHS[1]}" "$4")
    mapfile -t third < <(wrap "${TABLE_WIDTHS[2]}" "$6")
    table_line "$1" "${first[0]}" "$3" "${second[0]}" "$5" "${third[0]}"
    for ((number = 1; number < ${#first[@]} || number < ${#second[@]} || number < ${#third[@]}; number++)); do
        table_line "$1" "${first[number]:-}" none "${second[number]:-}" none "${third[number]:-}"
    done
}

table_line() {
    table_cell "$1" "${TABLE_WIDTHS[0]}" "$2"
    printf ' | '
    table_cell "$3" "${TABLE_WIDTHS[1]}" "$4"
    printf ' |'
    [ -z "$6" ] || table_cell "$5" $((${#6} + 1)) " $6"
    echo
}

# printf's own padding counts bytes.
table_cell() {
    printf '%s%s%s%*s' "${COLOURS[$1]:-}" "$3" "${COLOURS[$1]:+${COLOURS[end]}}" $(($2 - ${#3})) ""
}
