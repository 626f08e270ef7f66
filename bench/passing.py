"""What a call costs where the shim has nothing to do."""

from figures import Spread, difference, duration, ratio, table, write_duration, write_ratio
from goals import at_most, either, goal
from variants import BARE, EMPTY, QLSHIM, ROOT, WRAPPERS
from workers import Job, Worker, take_turns

OPERATIONS = {
    "geteuid": "geteuid",
    "stat": "stat",
    "stat-lookalike": "stat of a file of exactly 199 bytes",
    "stat-missing": "stat of a missing file",
    "open": "open, close",
    "open-write": "open for writing, close, on tmpfs",
    "open-write-disk": "open for writing, close, on a disk",
    "access": "access",
    "connect": "socket, connect, accept, close both",
    "bind": "socket, bind, close, unlink, on tmpfs",
    "bind-disk": "socket, bind, close, unlink, on a disk",
    "getpwuid-named": "getpwuid of a named uid",
    "execve": "vfork, execve of a static program, its end",
    "execve-missing": "execve of a missing file",
}
# The goal is for what the shim adds to the statfs without which there is no verdict.
WITH_STATFS = {"bind": "bind-after-statfs", "bind-disk": "bind-after-statfs-disk"}
# Rows without a goal: a marker has this size, so the shim looks at what lies there; and an execve that
# fails shows what is lost in the noise of one that succeeds.
SHOWN = {"stat-lookalike", "execve-missing"}
# What is known of a goal that is missed.
WHY = dict.fromkeys(["open-write", "open-write-disk"], "it looks whether it would write over a marker, one lstat")
GENERATIONS = 5  # of processes, since each has its addresses laid out anew


def measure(variants, disk, rounds, operations=tuple(OPERATIONS)):
    samples = {(operation, variant.name): [] for operation in operations for variant in variants}
    samples |= {(operation, BARE.name): [] for operation in WITH_STATFS.values()}
    for _ in range(GENERATIONS):
        jobs = {}
        workers = []
        for variant in variants:
            memory, on_disk = Worker(variant, ROOT, "/tmp"), Worker(variant, ROOT, disk)
            workers += [memory, on_disk]
            bare_only = WITH_STATFS.values() if variant is BARE else ()
            for operation in (*operations, *bare_only):
                worker = on_disk if operation.endswith("-disk") else memory
                jobs[operation, variant.name] = Job(worker, operation.removesuffix("-disk"))
        for operation in operations:
            alternatives = [(operation, variant.name) for variant in variants]
            if operation in WITH_STATFS:
                alternatives.append((WITH_STATFS[operation], BARE.name))
            take_turns([jobs[alternative] for alternative in alternatives], rounds)
        for key, job in jobs.items():
            samples[key] += job.samples
        for worker in workers:
            worker.end()
    return samples


def report(rounds_of, disk):
    samples = measure([BARE, EMPTY, QLSHIM, WRAPPERS], disk, rounds_of(20))
    rows = []
    for operation, text in OPERATIONS.items():
        bare = samples[operation, BARE.name]
        own = ratio(samples[operation, QLSHIM.name], bare)
        added = difference(samples[operation, QLSHIM.name], bare)
        rows.append([
            text, duration(Spread(bare).median),
            write_ratio(ratio(samples[operation, EMPTY.name], bare)), write_ratio(own),
            write_duration(added), write_ratio(ratio(samples[operation, WRAPPERS.name], bare))])
        if operation in SHOWN:
            continue
        if operation in WITH_STATFS:
            text += ", beside one after a statfs"
            bare = samples[WITH_STATFS[operation], BARE.name]
            own = ratio(samples[operation, QLSHIM.name], bare)
            added = difference(samples[operation, QLSHIM.name], bare)
        goal(f"{text}: ×1.05 at most, or 3 ns", f"×{own.median:.3f}, {duration(added.median)}",
             either(at_most(1.05, own), at_most(3, added)), WHY.get(operation, ""))
    return (
        "## A call where there is nothing to do\n\n"
        "As root, on trusted filesystems, against the bare call. The empty library shows how much of a "
        "difference is noise. Before a bind the shim asks for the filesystem's type, one system call, and the goal is "
        "for what it adds to that. Before an execve it asks the kernel whether the path can be read, since a crash "
        "must not take the place of EFAULT: one that fails shows what that costs.\n\n"
        + table(["call", "bare", EMPTY.name, QLSHIM.name, "qlshim adds", WRAPPERS.name], rows))
