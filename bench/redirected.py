"""What a call costs where the shim has work to do."""

import os
import stat
import time

from figures import Spread, difference, duration, ratio, table, write_duration, write_ratio
from goals import at_most, either, goal
from variants import BARE, NAMELESS, NSS_WRAPPER, QLSHIM, WRAPPERS
from workers import Job, Worker, take_turns

OPERATIONS = {
    "bind": "socket, bind, close, unlink",
    "connect": "socket, connect, accept, close both",
    "stat-socket": "stat",
    "getsockname": "getsockname",
}
# What is measured without the shim on the same volume.
VOLUME = {
    "read": "open, read and close of a small file",
    "read-connect": "that, then socket, connect, accept and close both in /tmp",
    "connect-to-file": "connect to a file, which fails",
    "stat": "stat of a file",
}


OLD = 4  # seconds: a marker is then remembered (shim/sockets/remembered.c)


class Place:
    """A volume, and the workers there: redirected, and bare on files of its own."""

    def __init__(self, name, folder, environment=()):
        self.name = name
        self.redirected = Worker(QLSHIM, NAMELESS, folder, environment=environment)
        self.bare = Worker(BARE, NAMELESS, folder, sockets=0)
        first = os.lstat(f"{self.redirected.folder}/server-00000")
        if stat.S_ISSOCK(first.st_mode):
            raise SystemExit(f"bench: {name}: nothing was redirected")
        self.jobs = {operation: Job(self.redirected, operation) for operation in [*OPERATIONS, "stat"]}
        self.bare_jobs = {operation: Job(self.bare, operation) for operation in VOLUME}

    def own_part(self):
        return difference(self.jobs["connect"].samples, self.bare_jobs["read-connect"].samples)


def compare_sockets(rounds, places):
    native_worker = Worker(BARE, NAMELESS, "/tmp")
    native = {operation: Job(native_worker, operation) for operation in OPERATIONS}
    for operation in OPERATIONS:
        take_turns([native[operation], *(place.jobs[operation] for place in places
                                         if operation != "connect")], rounds)
    for place in places:
        # More rounds, and one straight after the other: a small difference of large figures.
        take_turns([place.jobs["connect"], place.bare_jobs["read-connect"]], 4 * rounds)
        take_turns([place.jobs["stat"], *(job for operation, job in place.bare_jobs.items()
                                          if operation != "read-connect")], rounds)
    rows = [[text, duration(Spread(native[operation].samples).median),
             *(write_duration(Spread(place.jobs[operation].samples)) for place in places)]
            for operation, text in OPERATIONS.items()]
    rows += [[f"bare: {text}", "",
              *(write_duration(Spread(place.bare_jobs[operation].samples)) for place in places)]
             for operation, text in VOLUME.items()]
    rows.append(["with qlshim: stat of a file", "",
                 *(write_duration(Spread(place.jobs["stat"].samples)) for place in places)])
    own = {place.name: place.own_part() for place in places}
    rows.append(["the shim's own part of a connect", "",
                 *(write_duration(own[place.name]) for place in places)])
    for place in places:
        goal(f"redirected connect, {place.name}: under 2 µs above a native one and what the volume "
             "takes to open and read a file", duration(own[place.name].median),
             at_most(2000, own[place.name]))
        extra = difference(place.jobs["stat"].samples, place.bare_jobs["stat"].samples)
        relative = ratio(place.jobs["stat"].samples, place.bare_jobs["stat"].samples)
        goal(f"stat of what is no marker, {place.name}: ×1.05 at most, or 3 ns",
             f"×{relative.median:.3f}, {duration(extra.median)}",
             either(at_most(1.05, relative), at_most(3, extra)))
    return table(["call", "native, /tmp", *(place.name for place in places)],
                 [[cell or "–" for cell in row] for row in rows])


class Again:
    """One server that is connected to again and again, and one whose marker is of tomorrow, and so never remembered."""

    def __init__(self, name, folder):
        self.name = name
        self.redirected = Worker(QLSHIM, NAMELESS, folder, sockets=2)
        self.bare = Worker(BARE, NAMELESS, folder, sockets=0)
        self.native = Worker(BARE, NAMELESS, "/tmp", sockets=1)
        tomorrow = time.time() + 86400
        os.utime(f"{self.redirected.folder}/server-00001", (tomorrow, tomorrow))

    def row(self, rounds):
        jobs = [Job(self.redirected, "connect-first"), Job(self.redirected, "connect-second"),
                Job(self.native, "connect-first"), Job(self.bare, "stat")]
        take_turns(jobs, rounds)
        now, before, native, look = (job.samples for job in jobs)
        share = ratio(now, before)
        goal(f"connect by a remembered marker, {self.name}: a third of one that reads it", write_ratio(share),
             at_most(1 / 3, share), "what remains is the volume's own time for one statx")
        return [self.name, duration(Spread(native).median), write_duration(Spread(before)), write_duration(Spread(now)),
                write_ratio(share), write_duration(Spread(look)), write_duration(difference(now, look, native))]


def compare_again(rounds, places):
    time.sleep(OLD)
    return table(["socket, connect, accept, close both, to one server", "native, /tmp", "the marker read each time",
                  "remembered", "remembered to read", "bare: stat of a file there",
                  "remembered, without that and a native connect"],
                 [place.row(rounds) for place in places])


def compare_accounts(rounds):
    variants = [BARE, NSS_WRAPPER, WRAPPERS, QLSHIM]
    jobs = {variant.name: Job(Worker(variant, NAMELESS, "/tmp"), "getpwuid-own")
            for variant in variants}
    take_turns(list(jobs.values()), rounds)
    own = Spread(jobs[QLSHIM.name].samples)
    beside = ratio(jobs[QLSHIM.name].samples, jobs[NSS_WRAPPER.name].samples)
    goal("getpwuid of a nameless uid: under 0.5 µs", write_duration(own), at_most(500, own))
    goal("getpwuid of a nameless uid: ahead of nss_wrapper", f"{write_ratio(beside)} of it",
         at_most(1, beside))
    names = {BARE.name: "bare: no such user"}
    return table(["getpwuid of the process's own uid, which has no name", "time"],
                 [[names.get(name, name), write_duration(Spread(job.samples))]
                  for name, job in jobs.items()])


def report(rounds_of, links, files, rclone, fat):
    always = {"QLSHIM_SOCKETS": "always"}
    places = [Place("tmpfs, `QLSHIM_SOCKETS=always`", "/tmp", always),
              Place("FUSE, link markers", links), Place("FUSE, file markers", files),
              Place("rclone, file markers", rclone)]
    again = [Again("FUSE that keeps nothing", files), Again("rclone", rclone), Again("FAT (fusefat)", fat)]
    return (
        "## A call where there is work to do\n\n"
        "As a nameless user. Native: a socket in /tmp, without the shim. The FUSE volumes are the tests' "
        "own, which let the kernel keep nothing: each look at a path is a request to the volume's "
        "process, and most of what they cost. The shim's own part of a connect is what is left of a redirected "
        "one after the same calls without the shim: the volume's own time to open, read and close a file of a "
        "marker's size, and a native connect.\n\n"
        f"{compare_sockets(rounds_of(60), places)}"
        "A process that connects to one server again and again keeps what its file marker held, and asks the volume "
        "for one statx each time: it says whether the marker is still that file, unchanged. Markers that are read "
        "each time bear tomorrow's date here, and so are never remembered. What remains is the volume's own time for that "
        "statx, as the bare stat beside it shows: on rclone and FAT the kernel answers itself for a second, and no message "
        "is sent; the tests' FUSE, where it keeps nothing, gets five for a stat of a path, with the folders on its way, and ten "
        "where a marker is looked up, opened, read and closed. So there a half is what can be had, and no third.\n\n"
        f"{compare_again(rounds_of(60), again)}{compare_accounts(rounds_of(60))}")
