"""Trees for bench/views.py: root's, with a view of it, and the user's own, for what cannot write in another's."""

import os
import shutil
import subprocess
from dataclasses import dataclass

from variants import BARE, BUILD, NAMELESS, QLSHIM, Variant, library

CALLS = "lower", "farm", "real"  # folders for calls: of a view nothing but read, expanded, copied
ENTRIES = 16
COWDANCER = "/usr/lib/cowdancer/libcowdancer.so"


@dataclass
class Contender:
    variant: Variant
    tree: str  # where the tree is for it


def make_files(folder, count):
    os.makedirs(folder)
    for number in range(count):
        with open(f"{folder}/{number:04}", "w") as file:
            file.write("a file of the image\n")


class Ground:
    """
    `<place>/lower/app` is root's, `<place>/owned/app` the same files, the user's; `firsts` says how many folders there
    are of each size for first writes. Paths are of one length.
    """

    def __init__(self, place, firsts, project=None):
        self.place = place
        lower = f"{place}/lower/app"
        for kind in CALLS:
            make_files(f"{lower}/{kind}/entries", ENTRIES)
            shutil.copy(f"{lower}/{kind}/entries/0000", f"{lower}/{kind}/file")
        for size, count in firsts.items():
            for number in range(count):
                make_files(f"{lower}/{size}-{number:03}", size)
        if project:
            project(lower)
        self.outside = f"{place}/aside/app/lower"
        shutil.copytree(f"{lower}/lower", self.outside)
        self.copy("owned", "cp -a {0}/lower {1}; chown -R {2}:{2} {1}")
        # cowdancer protects what has another name elsewhere.
        self.copy("linked", "cp -al {0}/owned {1}; cd {1}/app; cowdancer-ilistcreate {0}/linked.list "
                  "'find . -xdev -type f -links +1 -print0 | xargs -0 stat --format \"%d %i \"'; chmod 644 {0}/linked.list")
        self.upper = f"{place}/upper"
        os.mkdir(self.upper, 0o700)
        os.chown(self.upper, NAMELESS.uid, NAMELESS.uid)
        self.view = self.in_view("qlshim, `QLSHIM_WRITABLE`",
                                 [f"{BUILD}/libqlshim-writable.so", f"{BUILD}/libqlshim.so"])
        self.write_in_view()

    def copy(self, name, script):
        script = script.format(self.place, f"{self.place}/{name}", NAMELESS.uid)
        subprocess.run(["bash", "-ec", script], check=True, stdout=subprocess.DEVNULL)

    def in_view(self, name, preload):
        return Variant(name, preload, {"QLSHIM_WRITABLE": f"{self.place}/lower/app", "QLSHIM_UPPER": f"{self.upper}/app"})

    def write_in_view(self):
        """`farm` is expanded, `real` has been written; `lower` is as it was."""
        script = ("cd $0; touch farm/new farm/entries/new; rm farm/new farm/entries/new; "
                  "for file in real/file real/entries/*; do echo more >>$file; done")
        subprocess.run(NAMELESS.command(["env", *self.view.words(["bash", "-ec", script, f"{self.place}/lower/app"])]),
                       env=NAMELESS.variables(), check=True)
        tree = f"{self.upper}/app/tree{self.place}/lower/app"
        kinds = [os.path.islink(f"{tree}/lower"), os.path.islink(f"{tree}/farm/entries/0000"),
                 os.path.isfile(f"{tree}/real/file") and not os.path.islink(f"{tree}/real/file")]
        if not all(kinds):
            raise SystemExit(f"bench: nothing was written in the view: {kinds}")

    def contenders(self):
        """
        fakechroot has the whole system below its folder, so that all paths are rewritten and found; proot shows the
        user's own tree at the place of root's.
        """
        root = f"{self.place}/root"
        if not os.path.isdir(root):
            os.mkdir(root)
            subprocess.run(["mount", "--rbind", "/", root], check=True)
        lower, owned, linked = (f"{self.place}/{name}/app" for name in ("lower", "owned", "linked"))
        return [
            Contender(BARE, owned), Contender(QLSHIM, owned), Contender(self.view, lower),
            Contender(Variant("fakechroot", [library("fakechroot/libfakechroot.so")], {"FAKECHROOT_BASE": root}), owned),
            Contender(Variant("cowdancer", [COWDANCER], {"COWDANCER_ILISTFILE": f"{self.place}/linked.list"}), linked),
            Contender(Variant("proot", command=["proot", "-b", f"{owned}:{lower}"]), lower),
        ]
