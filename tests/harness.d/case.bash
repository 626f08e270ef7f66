# A case: what one program is, how it is run, and what is claimed of it. docs/harness.md lists the
# fields.

# Reads a case file into this shell, over the defaults.
read_case() {
    volume=disk uid=23456 home=/ limit=30 environment=() packages=()
    search=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
    unset program does bare says call shimmed because note
    unset -f version prepare start check
    # shellcheck source=/dev/null
    . "$1"
}

# Prints what is wrong with a case file, if anything is: a field that is misspelt is not silently no
# field, and a claim is whole.
mistakes_of_case() {
    local file=$1 before field
    before=$(compgen -v)
    read_case "$file" || { echo "it cannot be read"; return; }
    for field in $(comm -13 <(sort <<<"$before") <(compgen -v | sort)); do
        case $field in
        volume | uid | home | limit | environment | packages | search) ;;
        program | does | bare | says | call | shimmed | because | note) ;;
        before | field | file | _ | PIPESTATUS | BASH_* | FUNCNAME) ;;
        *) echo "$field: no such field" ;;
        esac
    done
    for field in program does; do
        [ -n "${!field:-}" ] || echo "$field is missing"
    done
    is_volume $volume || echo "$volume: no such kind of volume"
    is_seconds "$limit" || echo "limit is a number of seconds"
    is_function check || echo "the function check is missing"
    [ ${#packages[@]} -gt 0 ] || is_function version || echo "it names neither packages nor a version"
    case ${bare:-} in
    works) [ -z "${says:-}${call:-}" ] || echo "says and call are for a bare run that fails" ;;
    fails) [ -n "${says:-}" ] && [ -n "${call:-}" ] || echo "bare=fails needs says and call" ;;
    hangs) [ -z "${says:-}" ] && [ -n "${call:-}" ] || echo "bare=hangs needs call, and not says" ;;
    *) echo "bare=works, fails or hangs is missing" ;;
    esac
    case ${shimmed:-} in
    works) [ -z "${because:-}" ] || echo "because is for what is out of reach" ;;
    "out of reach")
        [ -n "${because:-}" ] || echo "what is out of reach needs because"
        [ "${bare:-}" = fails ] || echo "what is out of reach fails bare"
        ;;
    *) echo "shimmed=works or 'out of reach' is missing" ;;
    esac
    for field in "${packages[@]}"; do
        [ "$(dpkg-query -W -f '${db:Status-Status}' "$field" 2>/dev/null)" = installed ] ||
            echo "the package $field is not installed: tests/install matrix"
    done
}

is_function() {
    [ "$(type -t "$1")" = function ]
}

# is_volume KIND [FAULT…], as tests/volumes/volumes.bash has them.
is_volume() {
    case ${1:-} in
    disk | fat | rclone) [ $# -eq 1 ] ;;
    faulty) [ $# -gt 1 ] ;;
    *) false ;;
    esac
}

is_seconds() {
    [[ $1 =~ ^[1-9][0-9]*$ ]]
}
