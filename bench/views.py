"""What a folder that is not one's own costs: QLSHIM_WRITABLE beside what others do for a tree."""

import os
import shutil
import subprocess

from figures import Spread, difference, duration, ratio, table, write_duration, write_ratio
from goals import at_most, either, goal
from ground import CALLS, Ground
from startup import time_commands
from variants import BARE, BUILD, NAMELESS, QLSHIM, check_loaded
from workers import Job, Worker, take_turns

OPERATIONS = {"stat": "stat", "lstat": "lstat", "open": "open, close", "readdir": "opendir, readdir of 16, closedir"}
WHERE = {"outside": "outside of the view", "lower": "inside, nothing written there",
         "farm": "inside, a folder in which something was made", "real": "inside, files that were written"}
SIZES = 10, 200, 5000
SECONDS = 60  # at most for each of the programs, two rounds at least
PROJECT = f"{BUILD}/npm-webpack"
NPM = ["npm", "--offline", "--no-audit", "--no-fund", "--ignore-scripts", "--silent"]


def compare_calls(ground, rounds):
    contenders = ground.contenders()
    names = [contender.variant.name for contender in contenders]
    rows = []
    for where, place in WHERE.items():
        workers = {}
        for contender in contenders:
            folder = f"{contender.tree}/{where}" if where in CALLS else ground.outside
            workers[contender.variant.name] = Worker(contender.variant, NAMELESS, folder, 0, program="files")
        for operation, text in OPERATIONS.items():
            jobs = {name: Job(worker, operation) for name, worker in workers.items()}
            take_turns(list(jobs.values()), rounds)
            bare = jobs[BARE.name].samples
            view = jobs[ground.view.name].samples
            added = difference(view, bare)
            rows.append([f"{text}, {place}", duration(Spread(bare).median), write_duration(added),
                         *(write_ratio(ratio(jobs[name].samples, bare)) for name in names[1:])])
            if where == "outside":
                plain = ratio(view, jobs[QLSHIM.name].samples)
                extra = difference(view, jobs[QLSHIM.name].samples)
                goal(f"{text}, {place}: ×1.05 at most of qlshim without the setting, or 20 ns",
                     f"{write_ratio(plain)}, {duration(extra.median)}", either(at_most(1.05, plain), at_most(20, extra)))
            elif operation == "stat":
                goal(f"{text}, {place}: at most 1.5 µs more", write_duration(added), at_most(1500, added))
        for worker in workers.values():
            worker.end()
    return table(["call", BARE.name, "the view adds", *names[1:]], rows)


def compare_firsts(grounds, firsts):
    """Each round is the first write into a folder, so there are as many rounds as folders."""
    contenders = next(iter(grounds.values())).contenders()
    names = [contender.variant.name for contender in contenders]
    rows = []
    for kind, ground in grounds.items():
        workers = {contender.variant.name: Worker(contender.variant, NAMELESS, contender.tree, 0, program="files")
                   for contender in ground.contenders()}
        for size in SIZES:
            samples = {name: [] for name in names}
            for turn in range(firsts[size]):
                for place in range(len(names)):
                    name = names[(place + turn) % len(names)]
                    samples[name].append(workers[name].time(f"append-{size}", 1))
            bare = samples[BARE.name]
            rows.append([f"{size} entries, {kind}", duration(Spread(bare).median),
                         write_duration(Spread(samples[ground.view.name])),
                         *(write_ratio(ratio(samples[name], bare)) for name in names[1:])])
        for worker in workers.values():
            worker.end()
    return table(["first line appended to a file of a folder of", BARE.name, "in the view", *names[1:]], rows)


def compare_starts(ground, rounds_of):
    """A container's first process is executed a second time, with both files."""
    first = ground.in_view("qlshim, `QLSHIM_WRITABLE`, first process", QLSHIM.preload)
    variants = [contender.variant for contender in ground.contenders()]
    variants.insert(3, first)
    programs = {"/bin/true": (["/bin/true"], 600), "bash -c :": (["bash", "-c", ":"], 300), "node -e 0": (["node", "-e", "0"], 30)}
    rows = {variant.name: [variant.name] for variant in variants}
    for variant in variants:
        check_loaded(variant, NAMELESS)
    for command, rounds in programs.values():
        times = time_commands(NAMELESS, {variant.name: variant.words(command) for variant in variants}, rounds_of(rounds))
        for name, row in rows.items():
            row.append(duration(Spread(times[name]).median) if name == BARE.name
                       else write_ratio(ratio(times[name], times[BARE.name])))
    return table(["start", *(f"`{program}`" for program in programs)], list(rows.values()))


def make_project(lower):
    """A project with what npm installed for it, and a repository of that; `ci` is still to be installed."""
    site = f"{lower}/site"
    shutil.copytree(PROJECT, site, symlinks=True, ignore=lambda folder, names: ["cache"] if folder == PROJECT else [])
    os.mkdir(f"{lower}/ci")
    for name in "package.json", "package-lock.json":
        shutil.copy(f"{PROJECT}/{name}", f"{lower}/ci")
    os.mkdir(f"{site}/src")
    with open(f"{site}/src/index.js", "w") as file:
        file.write("import lodash from 'lodash';\nconsole.log(lodash.chunk([1, 2, 3], 2));\n")
    # Without gc.auto=0 it would pack the objects in the background, while the tree is copied.
    git = ["git", "-c", "user.name=bench", "-c", "user.email=bench@localhost", "-c", "gc.auto=0", "-C", site]
    for words in ["init", "-q"], ["add", "-A"], ["commit", "-q", "-m", "all"]:
        subprocess.run([*git, *words], check=True)


def commands(tree, cache):
    site = f"{tree}/site"
    return {
        "npm ci": ([*NPM, "--cache", cache, "--prefix", f"{tree}/ci", "ci"], 4),
        "git status": (["git", "-C", site, "status", "--short"], 60),
        "webpack": (["node", f"{site}/node_modules/webpack/bin/webpack.js", "--mode=production", "--context", site,
                     "--output-path", f"{site}/dist"], 4),
    }


def compare_programs(ground, rounds_of):
    cache = f"{ground.place}/cache"
    shutil.copytree(f"{PROJECT}/cache", cache)
    ground.copy("cache", "chown -R {2}:{2} {1}")
    contenders = ground.contenders()
    rows = {contender.variant.name: [contender.variant.name] for contender in contenders}
    for program, (_, rounds) in commands("", cache).items():
        words = {contender.variant.name: contender.variant.words(commands(contender.tree, cache)[program][0])
                 for contender in contenders if program == "git status" or contender.variant.name != "proot"}
        times = time_commands(NAMELESS, words, rounds_of(rounds), SECONDS)
        for name, row in rows.items():
            row.append("fails" if name not in times else duration(Spread(times[name]).median) if name == BARE.name
                       else write_ratio(ratio(times[name], times[BARE.name])))
        if program != "webpack":
            own = ratio(times[ground.view.name], times[BARE.name])
            goal(f"{program} in a view: at most ×2 of bare", write_ratio(own), at_most(2, own))
    return table(["program", *(f"`{program}`" for program in commands("", cache))], list(rows.values()))


def report(rounds_of, quick, disk):
    firsts = {10: 3, 200: 3, 5000: 2} if quick else {10: 100, 200: 40, 5000: 4}
    memory = Ground("/tmp/views", firsts, make_project)
    return (
        "## Folders that are not one's own\n\n"
        "As a nameless user, in a view (`QLSHIM_WRITABLE`) of root's tree; the others, who cannot write there, in "
        "a tree of the user's own: bare, qlshim without the setting, fakechroot with the system below its folder, "
        "cowdancer on hard links, proot with the tree bound over root's. On tmpfs.\n\n"
        f"{compare_calls(memory, rounds_of(40))}{compare_starts(memory, rounds_of)}"
        "The first write into a folder makes links to its other entries, once:\n\n"
        f"{compare_firsts({'tmpfs': memory, 'a disk': Ground(f'{disk}/views', firsts)}, firsts)}"
        "Programs: `npm ci` of webpack, express and pnpm, offline; `git status` of the installed tree; webpack of a "
        "small page. In the view all that is read is root's. proot mixes up the paths of node's threads: npm ends in "
        "EFAULT, or finds no file.\n\n"
        f"{compare_programs(memory, rounds_of)}")
