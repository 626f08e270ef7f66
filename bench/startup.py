"""What starting a program costs, whole processes from posix_spawn to the end."""

import shutil
import subprocess

from figures import Spread, duration, ratio, table, write_ratio
from goals import at_most, goal
from variants import BARE, BUILD, EMPTY, HOME, NAMED, NAMELESS, PEERS, QLSHIM, ROOT, User, check_loaded

SECONDS = 30  # at most for each program; more than enough on a machine that does nothing else
# With the rounds of a full run.
PROGRAMS = {
    "/bin/true": (["/bin/true"], 1200),
    "bash -c :": (["bash", "-c", ":"], 700),
    "python3 -c pass": (["/usr/bin/python3", "-c", "pass"], 100),
    "node -e 0": ([shutil.which("node") or "node", "-e", "0"], 24),
}
LOGIN = User("a named user, as login sets the environment", NAMED.uid,
             {"USER": "daemon", "LOGNAME": "daemon"})
DOCKER = User("a named user, HOME only", NAMED.uid)
CHILD = User("a nameless user, child of a shimmed program", NAMELESS.uid,
             {"USER": "u23456", "LOGNAME": "u23456"})
HOMELESS = User("a nameless user, HOME=/", NAMELESS.uid, {"HOME": "/"})


def time_commands(user, commands, rounds, seconds=SECONDS):
    """For each of the commands, by their names, the nanoseconds of each round."""
    words = []
    for command in commands.values():
        words += ["--", *command]
    output = subprocess.run(
        user.command([f"{BUILD}/bench/startup", str(rounds), str(seconds), *words[1:]]),
        env=user.variables(), cwd=HOME, stdout=subprocess.PIPE, text=True, check=True).stdout
    by_round = [[int(figure) for figure in line.split()] for line in output.splitlines()]
    return {name: [figures[i] for figures in by_round] for i, name in enumerate(commands)}


def time_starts(user, variants, command, rounds):
    return time_commands(user, {variant.name: variant.words(command) for variant in variants}, rounds)


LOOK_UP = "the first process of a container looks its uid up, to set USER and LOGNAME"
DOORS = "at par with a wrapper that has fewer doors, and does nothing before it is asked"


def set_goals(what, times, why):
    own = ratio(times[QLSHIM.name], times[EMPTY.name])
    goal(f"{what}: within 5 % of an empty library", write_ratio(own), at_most(1.05, own))
    best = min((peer.name for peer in PEERS), key=lambda name: Spread(times[name]).median)
    beside = ratio(times[QLSHIM.name], times[best])
    goal(f"{what}: ahead of every peer", f"{write_ratio(beside)} of {best}",
         at_most(1, beside), why)


def compare_programs(user, rounds_of):
    variants = [BARE, EMPTY, QLSHIM, *PEERS]
    rows = {variant.name: [variant.name] for variant in variants}
    for variant in variants:
        check_loaded(variant, user)
    for program, (command, rounds) in PROGRAMS.items():
        times = time_starts(user, variants, command, rounds_of(rounds))
        ratios = {name: ratio(samples, times[EMPTY.name]) for name, samples in times.items()}
        for name, row in rows.items():
            row.append(duration(Spread(times[name]).median) if name == EMPTY.name
                       else write_ratio(ratios[name]))
        set_goals(f"start of `{program}` as {user.name}", times, LOOK_UP if user is NAMELESS else DOORS)
    return table(["preloaded", *(f"`{program}`" for program in PROGRAMS)], list(rows.values()))


def compare_users(rounds):
    rows = []
    for user in ROOT, LOGIN, DOCKER, CHILD, NAMELESS, HOMELESS:
        times = time_starts(user, [BARE, EMPTY, QLSHIM], ["/bin/true"], rounds)
        median = Spread(times[EMPTY.name]).median
        own = ratio(times[QLSHIM.name], times[EMPTY.name])
        if user is CHILD:
            goal(f"start of `/bin/true` as {user.name}: within 5 % of an empty library",
                 write_ratio(own), at_most(1.05, own))
        rows.append([user.name, write_ratio(ratio(times[BARE.name], times[EMPTY.name])),
                     duration(median), write_ratio(own), duration((own.median - 1) * median)])
    return table(["`/bin/true` as", "bare", "an empty library", "qlshim", "qlshim adds"], rows)


def report(rounds_of):
    return (
        "## Starting a program\n\n"
        "From posix_spawn to the end, against an empty library that was linked with the same flags. "
        "The wrappers are set up to answer; fakeroot's and fakechroot's libraries are preloaded without "
        "their daemon and folder, which would cost more. HOME can be written.\n\n"
        f"As root:\n\n{compare_programs(ROOT, rounds_of)}"
        f"As a nameless user, with nothing but PATH and HOME:\n\n{compare_programs(NAMELESS, rounds_of)}"
        "What the environment leaves to find out:\n\n"
        f"{compare_users(rounds_of(600))}")
