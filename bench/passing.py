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
    "connect": "socket, connect, accept, close both",
    "bind": "socket, bind, close, unlink, on tmpfs",
    "bind-disk": "socket, bind, close, unlink, on a disk",
    "getpwuid-named": "getpwuid of a named uid",
    "execve": "vfork, execve of a static program, its end",
    "execve-missing": "execve of a missing file",
}
WHY = {
    "bind": "a statfs",
    "bind-disk": "a statfs",
    "execve-missing": "the pointers are asked for by two system calls, and LD_PRELOAD is searched",
}
# Rows without a goal: a marker has this size, so the shim looks at what lies there.
LOOKED_AT = {"stat-lookalike"}
GENERATIONS = 5  # of processes, since each has its addresses laid out anew


def measure(variants, disk, rounds):
    samples = {(operation, variant.name): [] for operation in OPERATIONS for variant in variants}
    for _ in range(GENERATIONS):
        jobs = {}
        workers = []
        for variant in variants:
            memory, on_disk = Worker(variant, ROOT, "/tmp"), Worker(variant, ROOT, disk)
            workers += [memory, on_disk]
            for operation in OPERATIONS:
                worker = on_disk if operation.endswith("-disk") else memory
                jobs[operation, variant.name] = Job(worker, operation.removesuffix("-disk"))
        for operation in OPERATIONS:
            take_turns([jobs[operation, variant.name] for variant in variants], rounds)
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
        if operation in LOOKED_AT:
            continue
        goal(f"{text}: ×1.05 at most, or 3 ns", f"×{own.median:.3f}, {duration(added.median)}",
             either(at_most(1.05, own), at_most(3, added)), WHY.get(operation, ""))
    return (
        "## A call where there is nothing to do\n\n"
        "As root, on trusted filesystems, against the bare call. The empty library shows how much of a "
        "difference is noise. Before a bind the shim asks for the filesystem's type, one system call.\n\n"
        + table(["call", "bare", EMPTY.name, QLSHIM.name, "qlshim adds", WRAPPERS.name], rows))
