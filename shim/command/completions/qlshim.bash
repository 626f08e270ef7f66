# bash completion for qlshim(1)

# The arguments of a command that stands at this index: as that command completes them.
_qlshim_command() {
    if declare -F _command_offset >/dev/null; then
        _command_offset "$1"
    elif [ "$COMP_CWORD" -eq "$1" ]; then
        mapfile -t COMPREPLY < <(compgen -c -- "$2")
    else
        compopt -o default
    fi
}

# The value of an option of exec or env.
_qlshim_value() {
    case $1 in
    --home | --tmpdir | --state | --writable)
        compopt -o filenames
        mapfile -t COMPREPLY < <(compgen -d -- "$2")
        ;;
    --log) mapfile -t COMPREPLY < <(compgen -W 'off error info debug' -- "$2") ;;
    --user) mapfile -t COMPREPLY < <(compgen -u -- "$2") ;;
    esac
}

# The options of exec and env and, behind those of exec, a command with its arguments.
_qlshim_options() {
    local current=$1 index=2 command=
    while [ -z "$command" ] && [ "$index" -lt "$COMP_CWORD" ]; do
        case ${COMP_WORDS[index]} in
        --) command=$((index + 1)) ;;
        --user | --home | --tmpdir | --state | --log | --writable) index=$((index + 2)) ;;
        -*) index=$((index + 1)) ;;
        *) command=$index ;;
        esac
    done
    if [ -z "$command" ] && [ "$index" -gt "$COMP_CWORD" ]; then
        _qlshim_value "${COMP_WORDS[COMP_CWORD - 1]}" "$current"
    elif [ -z "$command" ] && [[ $current == -* ]]; then
        mapfile -t COMPREPLY < <(compgen -W '--user --home --tmpdir --state --log --writable --help' -- "$current")
    elif [ "${COMP_WORDS[1]}" = exec ]; then
        _qlshim_command "${command:-$index}" "$current"
    fi
}

_qlshim() {
    local current=${COMP_WORDS[COMP_CWORD]} words=
    COMPREPLY=()
    if [ "$COMP_CWORD" -eq 1 ]; then
        words='exec doctor explain status env --help --version'
    else
        case ${COMP_WORDS[1]} in
        exec | env)
            _qlshim_options "$current"
            return
            ;;
        doctor)
            words='--json --help'
            if [[ $current != -* ]]; then
                words=
                compopt -o filenames
                mapfile -t COMPREPLY < <(compgen -f -- "$current")
            fi
            ;;
        explain) words=--help ;;
        status) words='--clean --help' ;;
        esac
    fi
    [ -z "$words" ] || mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
}

complete -F _qlshim qlshim
