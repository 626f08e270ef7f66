# The differential fuzzer's driver, on top of tests/programs/common.bash: the same random calls
# (tests/differential/*.c) bare on tmpfs, which is the truth, and elsewhere, and every line that differs.
#
#     compare VOLUME PROGRAM FIRST COUNT [NAME=value…]
#
# COUNT seeds from FIRST (or each of FIRST,FIRST…) on, with this environment (without any: bare) on VOLUME: what mount_volume takes
# ("faulty mknod=EPERM"), or "tmpfs". PROGRAM is glibc or musl. False where a line differs: of each way in which seeds
# differ, one is made as small as it gets, and printed with its seed.
#
#     compare_shimmed VOLUME PROGRAM FIRST COUNT
#
# The same with the shim; VOLUME may be "always", which is tmpfs with QLSHIM_SOCKETS=always.

. "$PWD/tests/programs/common.bash"

SHOWN_DIFFERENCES=${SHOWN_DIFFERENCES:-5} # made small, each of another way; all are counted

# What a volume cannot do, by the names of tests/differential/masks.c, which has the reasons.
masks_of() {
    local word
    # Sockets work, and link moves them.
    [[ ! $1 =~ ^faulty(\ (link|symlink)=[A-Z]+)*$ ]] || echo first-names
    echo names-over-edges # nor the shim, anywhere: a name may be a redirected socket's
    [ "$1" = tmpfs ] || echo unreadable second-names # nor the shim
    case $1 in
    fat) echo symlinks hard-links rename-flags modes owners times contents long-names odd-names full-folders renamed-folders ;;
    rclone) echo symlinks hard-links rename-flags modes owners times contents long-names full-folders ;;
    esac
    for word in $1; do
        case $word in
        symlink=*) echo symlinks ;;
        link=*) echo hard-links ;;
        esac
    done
}

prepare() {
    PROGRAM=$PROBES/differential/$2
    mapfile -t MASKS < <(masks_of "$1" | tr ' ' '\n')
    OUTPUT=$(mktemp -d /tmp/differential.XXXXXX)
    mkdir -p /mnt/truth /mnt/here
    mountpoint -q /mnt/truth || mount -t tmpfs -o mode=1777 tmpfs /mnt/truth
    if [ "$1" = tmpfs ] || [ "$1" = always ]; then
        VOLUME=/mnt/truth VOLUME_KIND=
    else
        # shellcheck disable=SC2086 # its words
        mount_volume $1
    fi
    # Not in the root, where FAT has room for few.
    nameless mkdir -p /mnt/truth/runs "$VOLUME/runs"
}

# A run at /mnt/here, the same for all since paths are printed, in a folder of its own, since nothing can be
# removed on some volumes. Abstract names are the network namespace's, so that is its own, too.
#
#     run_on FOLDER [NAME=value…] -- FIRST COUNT [only=FILE]
run_on() {
    local folder environment=()
    folder=$(mktemp -u "$1/runs/XXXXXXXX")
    shift
    for (( ; ; )); do
        [ "$1" != -- ] || break
        environment+=("$1")
        shift
    done
    nameless mkdir "$folder"
    mount --bind "$folder" /mnt/here
    timeout -k 2 $((600 + $3)) unshare --net setpriv --reuid $NAMELESS_UID --regid $NAMELESS_UID --clear-groups \
        env -i PATH="$PATH" HOME=/ "${environment[@]}" "$PROGRAM" "${MASKS[@]/#/without=}" "${@:4}" \
        /mnt/here "$2" "$3" 2>&1 </dev/null 3>&- || echo "ended with $?"
    # What was ended in the middle of a call may take a moment.
    umount /mnt/here 2>/dev/null || umount -l /mnt/here
}

# Both sides; true where a line differs.
both_differ() {
    run_on /mnt/truth -- "$@" >"$OUTPUT/bare"
    run_on "$VOLUME" "${ENVIRONMENT[@]}" -- "$@" >"$OUTPUT/there"
    ! cmp -s "$OUTPUT/bare" "$OUTPUT/there" || false
}

# The number of the first call that differs.
first_difference() {
    diff "$OUTPUT/bare" "$OUTPUT/there" | sed -n 's/^[<>] \([0-9]*\) .*/\1/p' | head -n 1
}

# A line for each seed that differs: what it is, and in which way its first line does: which call, bare's outcome
# and the other's. "before" is what comes before the first.
differing_seeds() {
    diff --unchanged-line-format='=%L' --old-line-format='<%L' --new-line-format='>%L' \
        "$OUTPUT/bare" "$OUTPUT/there" |
        awk -v seed=before '/^.seed [0-9]/ { show(); seed = $2; old = new = "" }
             /^</ && old == "" { old = outcome() }
             /^>/ && new == "" { new = outcome() }
             END { show() }
             function outcome() { name = $2; sub(/^.* = /, ""); return $1 }
             function show() { if (old new != "") print seed, name, old, new }'
}

# With these calls only, the seed still differs, and first at the same call.
still_differs() {
    local seed=$1 target=$2
    printf '%s\n' "${@:3}" >"$OUTPUT/only"
    chmod 0755 "$OUTPUT"
    both_differ "$seed" 1 "only=$OUTPUT/only" && [ "$(first_difference)" = "$target" ]
}

# Delta debugging: a piece after another is left out, in pieces of half the length and smaller ones, until not
# one call can be left out. Leaves the calls in SMALLEST.
make_small() {
    local seed=$1 target=$2 size at rest removed=1
    mapfile -t SMALLEST < <(seq 0 "$target")
    for ((size = ${#SMALLEST[@]} / 2; size > 0; size = size > 1 || removed == 0 ? size / 2 : 1)); do
        removed=0
        for ((at = ${#SMALLEST[@]} - size; at > -size; at -= size)); do
            rest=("${SMALLEST[@]:0:at > 0 ? at : 0}" "${SMALLEST[@]:at + size}")
            if [ ${#rest[@]} -gt 0 ] && still_differs "$seed" "$target" "${rest[@]}"; then
                SMALLEST=("${rest[@]}")
                removed=1
            fi
        done
    done
    still_differs "$seed" "$target" "${SMALLEST[@]}" || echo "(this time it did not differ)"
}

# A run that did not come to its end, where the time was over or the volume's driver went away, tells nothing of the seeds
# behind that: they look as if the folder were gone.
was_cut_short() {
    local side
    for side in bare there; do
        grep -q '^ended with' "$OUTPUT/$side" || continue
        echo "$1: the run $side $(grep '^ended with' "$OUTPUT/$side" | head -n 1), at $(grep '^seed ' "$OUTPUT/$side" | tail -n 1)," \
            "after: $(tail -n 3 "$OUTPUT/$side" | paste -sd '|' | cut -c 1-300)"
        [ -z "$VOLUME_KIND" ] || [ "$VOLUME_KIND" = disk ] || kill -0 "$VOLUME_PID" 2>/dev/null || echo "$1: its driver is gone"
        return 0
    done
    return 1
}

show_difference() {
    local seed=$1
    if [ "$seed" = before ]; then
        diff "$OUTPUT/bare" "$OUTPUT/there" | head -n 3
        return
    fi
    if ! both_differ "$seed" 1; then
        echo "seed $seed differed once, and did not again"
        return
    fi
    make_small "$seed" "$(first_difference)"
    echo "seed $seed, of its calls ${SMALLEST[*]} (< bare on tmpfs, > there):"
    diff --unchanged-line-format='    %L' --old-line-format='  < %L' --new-line-format='  > %L' \
        "$OUTPUT/bare" "$OUTPUT/there" | cut -c 1-400
}

compare() {
    local seed differ=0 status=1
    prepare "$1" "$2"
    ENVIRONMENT=("${@:5}")
    both_differ "$3" "$4" && differ=1
    if was_cut_short "$1"; then
        :
    elif [ $differ -eq 1 ]; then
        differing_seeds >"$OUTPUT/seeds"
        echo "$1, $2, ${ENVIRONMENT[*]:-bare}, masked: ${MASKS[*]:-nothing}: $(wc -l <"$OUTPUT/seeds") of $4 seeds" \
            "differ, in $(cut -d ' ' -f 2- "$OUTPUT/seeds" | sort -u | wc -l) ways"
        while read -r seed _; do
            show_difference "$seed"
        done < <(sort -u -k 2 "$OUTPUT/seeds" | head -n "$SHOWN_DIFFERENCES")
    elif [ "$(grep -c ' = ' "$OUTPUT/bare")" -lt $(($4 * 20)) ]; then
        echo "hardly any calls were made: $(head -n 5 "$OUTPUT/bare")"
    else
        status=0
    fi
    rm -rf "$OUTPUT"
    [ -z "$VOLUME_KIND" ] || unmount_volume
    VOLUME_KIND=
    return $status
}

compare_shimmed() {
    case $1 in
    always) compare always "${@:2}" LD_PRELOAD="$LIBRARY" QLSHIM_SOCKETS=always ;;
    *) compare "$@" LD_PRELOAD="$LIBRARY" ;;
    esac
}
