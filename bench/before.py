"""What a change cost: this library beside an older one, in the same rounds."""

import os

import passing
from figures import Spread, difference, duration, ratio, table, write_duration, write_ratio
from goals import at_most, either, goal
from startup import CHILD, PROGRAMS, time_starts
from variants import BARE, EMPTY, NAMELESS, QLSHIM, ROOT, Variant, check_loaded

BEFORE = Variant("before", [os.environ.get("BEFORE", "")])
# Of the calls on trusted filesystems. A connect has to find out whom it has reached.
MAY_COST = {"connect": 1.05}
SAME = 1.01  # what a ratio of medians cannot tell from nothing on the machines that we have
CALLS = ["stat", "stat-missing", "open", "open-write", "open-write-disk", "access", "connect", "bind", "bind-disk"]


def compare_starts(rounds_of):
    rows = []
    command, rounds = PROGRAMS["/bin/true"]
    for user in ROOT, CHILD, NAMELESS:
        for variant in BEFORE, QLSHIM:
            check_loaded(variant, user)
        times = time_starts(user, [EMPTY, BEFORE, QLSHIM], command, rounds_of(rounds))
        own = ratio(times[QLSHIM.name], times[BEFORE.name])
        goal(f"start of `/bin/true` as {user.name}: no dearer than before", write_ratio(own), at_most(SAME, own))
        rows.append([f"`/bin/true` as {user.name}", duration(Spread(times[BEFORE.name]).median), write_ratio(own),
                     write_duration(difference(times[QLSHIM.name], times[BEFORE.name]))])
    return rows


def compare_calls(rounds_of, disk):
    samples = passing.measure([BARE, BEFORE, QLSHIM], disk, rounds_of(20), CALLS)
    rows = []
    for operation in CALLS:
        before, now = samples[operation, BEFORE.name], samples[operation, QLSHIM.name]
        own, added = ratio(now, before), difference(now, before)
        limit = MAY_COST.get(operation, SAME)
        text = passing.OPERATIONS.get(operation, operation)
        goal(f"{text}: ×{limit:.2f} of before at most, or 3 ns", f"{write_ratio(own)}, {duration(added.median)}",
             either(at_most(limit, own), at_most(3, added)), passing.WHY.get(operation, ""))
        rows.append([text, duration(Spread(before).median), write_ratio(own), write_duration(added)])
    return rows


def report(rounds_of, disk):
    if not BEFORE.preload[0]:
        return ""
    return (
        "## Before and after\n\n"
        f"An older library ({os.environ.get('BEFORE_NAME', 'BEFORE')}) and this one in the same rounds.\n\n"
        + table(["", "before", "now", "now adds"], compare_starts(rounds_of) + compare_calls(rounds_of, disk)))
