"""The memory that the library takes from a process, and its size."""

import os
import subprocess

from figures import Spread, table
from goals import goal
from variants import BARE, EMPTY, NAMELESS, PEERS, QLSHIM, ROOT

PAGE_KIB = os.sysconf("SC_PAGE_SIZE") // 1024


def dirty_pages(variant, user):
    """Of cat(1), which prints its own: all private pages that were written."""
    smaps = subprocess.run(user.command(["env", *variant.words(["cat", "/proc/self/smaps"])]),
                           env=user.variables(), stdout=subprocess.PIPE, text=True,
                           check=True).stdout
    return sum(int(line.split()[1]) for line in smaps.splitlines()
               if line.startswith("Private_Dirty:")) // PAGE_KIB


def stripped_size(path):
    stripped = "/tmp/stripped.so"
    subprocess.run(["strip", "-o", stripped, path], check=True)
    return os.stat(stripped).st_size


def report(rounds_of):
    os.sync()  # pages of a file just built, which are not on the disk yet, would be counted as written by who maps it
    rows = []
    variants = [EMPTY, QLSHIM, *(peer for peer in PEERS if len(peer.preload) == 1)]
    users = [ROOT, NAMELESS]
    added = {(variant.name, user.name): Spread(dirty_pages(variant, user) - dirty_pages(BARE, user)
                                               for _ in range(rounds_of(15))).median
             for variant in variants for user in users}
    for variant in variants:
        size = stripped_size(variant.preload[0])
        rows.append([variant.name, *(f"{added[variant.name, user.name]:.0f}" for user in users),
                     f"{size / 1024:.1f} KiB"])
    for user in users:
        pages = added[QLSHIM.name, user.name] - added[EMPTY.name, user.name]
        goal(f"private dirty pages in a process of {user.name}: two at most more than with an empty library",
             f"{pages:.0f}", pages <= 2)
    size = stripped_size(QLSHIM.preload[0])
    goal("the file: under 80 KiB, stripped", f"{size / 1024:.1f} KiB", size < 80 * 1024)
    return (
        "## Memory\n\n"
        "Private pages that are written in a small program (cat) more than without any library, and the "
        "file's size, stripped. The loader's own notes of any preloaded library are in the first row.\n\n"
        + table(["preloaded", "dirty pages, root", "dirty pages, nameless", "file"], rows))
