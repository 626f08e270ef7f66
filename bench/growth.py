"""Whether a call costs the same among many sockets and in many threads."""

import os
import stat

from figures import Spread, duration, table
from goals import goal
from variants import BARE, NAMELESS, QLSHIM
from workers import Job, Worker, take_turns

OPERATIONS = {
    "bind": "bind, unlink",
    "connect": "connect, accept",
    "getsockname": "getsockname",
}
ALWAYS = {"QLSHIM_SOCKETS": "always"}
MOST = 1.25  # times what a call costs more than among the fewest, compared with the native call


def redirected_worker(sockets):
    worker = Worker(QLSHIM, NAMELESS, "/tmp", sockets, ALWAYS)
    if stat.S_ISSOCK(os.lstat(f"{worker.folder}/server-00000").st_mode):
        raise SystemExit("bench: QLSHIM_SOCKETS=always redirected nothing")
    return worker


def compare(what, sizes, jobs, rounds):
    """`jobs`: by (operation, size), a native and a redirected one."""
    for operation in OPERATIONS:
        take_turns([job for size in sizes for job in jobs[operation, size]], rounds)
    medians = {key: [Spread(job.samples).median for job in pair] for key, pair in jobs.items()}
    for operation, text in OPERATIONS.items():
        first, last = medians[operation, sizes[0]], medians[operation, sizes[-1]]
        growth, native_growth = last[1] / first[1], last[0] / first[0]
        goal(f"{text}, {sizes[0]} to {sizes[-1]} {what}: grows ×{MOST} at most beside the native call",
             f"×{growth:.2f}; native ×{native_growth:.2f}", growth <= MOST * max(1, native_growth))
    header = [what]
    for text in OPERATIONS.values():
        header += [f"{text}: native", "redirected"]
    return table(header, [[str(size), *(duration(median) for operation in OPERATIONS
                                        for median in medians[operation, size])] for size in sizes])


def among_sockets(sizes, rounds):
    workers = {size: (Worker(BARE, NAMELESS, "/tmp", size), redirected_worker(size))
               for size in sizes}
    jobs = {(operation, size): [Job(worker, operation) for worker in pair]
            for operation in OPERATIONS for size, pair in workers.items()}
    result = compare("sockets", sizes, jobs, rounds)
    for pair in workers.values():
        for worker in pair:
            worker.end()
    return result


def among_threads(sizes, rounds):
    os.sched_setaffinity(0, range(os.cpu_count()))  # bench/run keeps all else on one
    pair = Worker(BARE, NAMELESS, "/tmp", 64), redirected_worker(64)
    jobs = {(operation, size): [Job(worker, operation, size) for worker in pair]
            for operation in OPERATIONS for size in sizes}
    return compare("threads", sizes, jobs, rounds)


def report(rounds_of, quick):
    sockets = [10, 100] if quick else [10, 100, 1000, 10_000]
    threads = [1, 4] if quick else [1, 2, 4, 8, 16, 32, 64]
    return (
        "## Growth\n\n"
        "On tmpfs under `QLSHIM_SOCKETS=always`, beside the same calls without the shim. A process that has so "
        f"many sockets open:\n\n{among_sockets(sockets, rounds_of(40))}"
        "Threads that all do the same at once, on sockets of their own; the time is that of a core:\n\n"
        f"{among_threads(threads, rounds_of(20))}")
