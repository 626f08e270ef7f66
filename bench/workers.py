"""Batches of calls in processes of several variants, which take turns (bench/calls.c)."""

import os
import subprocess

from variants import BUILD

BATCH = 1_500_000  # nanoseconds that a batch is to take
THREADS_BATCH = 12_000_000  # longer than a turn of a thread on a core


class Worker:
    """
    A process that makes calls in a folder of its own, with so many listening sockets in it; or those of
    another program, in a folder that is there.
    """

    number = 0

    def __init__(self, variant, user, place, sockets=16, environment=(), program=None):
        Worker.number += 1
        # Names of one length, so that paths are of one length.
        self.folder = place if program else f"{place}/{Worker.number:03}"
        private = f"/tmp/private-{Worker.number:03}"
        for folder in [private] if program else [private, self.folder]:
            subprocess.run(user.command(["mkdir", folder]), check=True, timeout=20)
        programs = f"{BUILD}/bench"
        self.process = subprocess.Popen(
            user.command(["env", *variant.words([f"{programs}/{program or 'calls'}", self.folder, str(sockets)])]),
            env={**user.variables(), "QLSHIM_TMPDIR": private, "NOTHING": f"{programs}/nothing",
                 **dict(environment)},
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1)
        self.read()

    def read(self):
        line = self.process.stdout.readline()
        if not line:
            raise SystemExit(f"bench: the calls in {self.folder} ended early")
        return line

    def time(self, operation, count, threads=1):
        """Nanoseconds."""
        self.process.stdin.write(f"{operation} {count} {threads}\n")
        return int(self.read())

    def end(self):
        self.process.stdin.close()
        self.process.wait(timeout=60)


class Job:
    """An operation in a worker, and what its batches took for each call."""

    def __init__(self, worker, operation, threads=1):
        self.worker = worker
        self.operation = operation
        self.threads = threads
        self.samples = []
        worker.time(operation, 2, threads)  # what a first call finds out is not its price
        taken = worker.time(operation, 4, threads) / 4
        self.count = max(1, min(20_000, int((BATCH if threads == 1 else THREADS_BATCH) / taken)))

    def run(self):
        """
        With threads, the time that the cores spent for each call: on one core a call of two threads
        takes as long as two calls of one.
        """
        taken = self.worker.time(self.operation, self.count, self.threads)
        cores = min(self.threads, os.cpu_count())
        self.samples.append(taken * cores / (self.count * self.threads))


def take_turns(jobs, rounds):
    """Each round begins with another job, so that none is always first after another."""
    for turn in range(rounds):
        for place in range(len(jobs)):
            jobs[(place + turn) % len(jobs)].run()
