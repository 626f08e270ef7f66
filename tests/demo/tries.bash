# Runs tries, several at a time, and says on standard error which; on a terminal in one line that changes.
#
#     run_tries TRY…      a try is `ROW bare` or `ROW shimmed`: its output goes to a file of this name in the
#                         folder `scratch`, its status and seconds into the arrays of these names
#     end_tries           ends those that still run

AT_ONCE=3
LONGEST=170

declare -A process=() began=() status=() seconds=()

# Those that wait for cron take nobody's turn.
run_tries() {
    local queue=("$@") try working
    while [ ${#queue[@]} -gt 0 ] || [ ${#process[@]} -gt 0 ]; do
        working=0
        for try in "${!process[@]}"; do
            if ! kill -0 "${process[$try]}" 2>/dev/null; then
                finish_try "$try"
            elif [ $((SECONDS - began[$try] / 1000000)) -gt $LONGEST ]; then
                end_process "${process[$try]}"
            elif ! try_waits "$try"; then
                working=$((working + 1))
            fi
        done
        while [ ${#queue[@]} -gt 0 ] && [ $working -lt $AT_ONCE ]; do
            start_try "${queue[0]}"
            try_waits "${queue[0]}" || working=$((working + 1))
            queue=("${queue[@]:1}")
        done
        show_running $#
        sleep 0.2
    done
    ! is_live || show_line ""
}

start_try() {
    local row=${1% *} way=${1#* }
    "${isolated[@]}" tests/demo/row "$way" "${file[$row]}" "$uid" "${become[@]}" \
        >"$scratch/$1" 2>&1 </dev/null &
    process[$1]=$!
    began[$1]=$(microseconds)
    is_live || echo "$(elapsed)  $row, ${1#* }" >&2
}

finish_try() {
    local tenths=$((($(microseconds) - began[$1]) / 100000))
    wait "${process[$1]}"
    status[$1]=$?
    seconds[$1]=$((tenths / 10)).$((tenths % 10))
    unset "process[$1]"
    is_live || echo "$(elapsed)  ${1% *}, ${1#* }: ended" >&2
}

end_tries() {
    local try
    for try in "${!process[@]}"; do
        end_process "${process[$try]}"
    done
}

# Namespaces end with the unshare that made them, which SIGTERM does not reach. Who tidies up lives on.
end_process() {
    while kill -0 "$1" 2>/dev/null; do
        case ${isolated[*]} in
        *tests/isolated) pgrep -x -P "$1" unshare | xargs --no-run-if-empty kill -9 ;;
        *) kill "$1" ;;
        esac
        sleep 0.1
    done
}

microseconds() {
    echo "${EPOCHREALTIME/[.,]/}"
}

elapsed() {
    printf '%4d s' "$SECONDS"
}

is_live() {
    [ -t 2 ] && [ "${TERM:-dumb}" != dumb ]
}

show_running() {
    is_live || return 0
    local line
    printf -v line '%s, ' "${!process[@]}"
    line="$(elapsed)  ${#status[@]} of $1 done, running: ${line%, }"
    show_line "$line"
}

# Over the line before, to the last column but one: at the last, a terminal begins another.
show_line() {
    local size width=79
    size=$(stty size <&2 2>/dev/null) && [ "${size#* }" -gt 20 ] && width=$((${size#* } - 1))
    printf '\r%-*s\r' "$width" "${1:0:width}" >&2
}
