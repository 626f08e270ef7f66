"""What is compared: the shim, an empty library, and others' libraries, each ready to work."""

import glob
import os
import subprocess
import sysconfig
from dataclasses import dataclass, field

NAMELESS_UID = 23456
BUILD = os.path.abspath(os.environ.get("BUILD", "build"))
HOME = "/tmp/home"
WRAPPED = "/tmp/wrapped"


@dataclass
class User:
    name: str
    uid: int
    environment: dict = field(default_factory=dict)

    def command(self, words):
        if self.uid == 0:
            return words
        return ["setpriv", f"--reuid={self.uid}", f"--regid={self.uid}", "--clear-groups", *words]

    def variables(self):
        return {"PATH": os.environ["PATH"], "HOME": HOME, **self.environment}


ROOT = User("root", 0)
NAMED = User("a named user", 1)
NAMELESS = User("a nameless user", NAMELESS_UID)


@dataclass
class Variant:
    name: str
    preload: list = field(default_factory=list)
    environment: dict = field(default_factory=dict)
    command: list = field(default_factory=list)

    def variables(self):
        preload = {"LD_PRELOAD": ":".join(self.preload)} if self.preload else {}
        return {**preload, **self.environment}

    def words(self, command):
        """As bench/startup takes it, and env(1)."""
        return [f"{name}={value}" for name, value in self.variables().items()] + [
            *self.command, *command]


def library(pattern):
    found = sorted(glob.glob(f"/usr/lib/{sysconfig.get_config_var('MULTIARCH')}/{pattern}"))
    if not found:
        raise SystemExit(f"bench: there is no {pattern}; tests/install bench installs it")
    return found[-1]


BARE = Variant("bare")
EMPTY = Variant("an empty library", [f"{BUILD}/bench/empty.so"])
QLSHIM = Variant("qlshim", [f"{BUILD}/libqlshim.so"])
NSS_WRAPPER = Variant("nss_wrapper", [library("libnss_wrapper.so")], {
    "NSS_WRAPPER_PASSWD": f"{WRAPPED}/passwd", "NSS_WRAPPER_GROUP": f"{WRAPPED}/group"})
SOCKET_WRAPPER = Variant("socket_wrapper", [library("libsocket_wrapper.so")], {
    "SOCKET_WRAPPER_DIR": f"{WRAPPED}/sockets"})
UID_WRAPPER = Variant("uid_wrapper", [library("libuid_wrapper.so")], {
    "UID_WRAPPER": "1", "UID_WRAPPER_ROOT": "1"})
WRAPPERS = Variant(
    "the three wrappers together",
    NSS_WRAPPER.preload + SOCKET_WRAPPER.preload + UID_WRAPPER.preload,
    {**NSS_WRAPPER.environment, **SOCKET_WRAPPER.environment, **UID_WRAPPER.environment})
PEERS = [
    NSS_WRAPPER, SOCKET_WRAPPER, UID_WRAPPER, WRAPPERS,
    # Without their daemon and their folder, which would cost more.
    Variant("fakeroot's library", [library("libfakeroot/libfakeroot-sysv.so")]),
    Variant("fakechroot's library", [library("fakechroot/libfakechroot.so")]),
    Variant("libfaketime", [library("faketime/libfaketime.so.1")], {"FAKETIME": "+1d"}),
    Variant("proot", command=["proot"]),
]


def prepare():
    for folder in HOME, WRAPPED, f"{WRAPPED}/sockets":
        os.makedirs(folder, exist_ok=True)
        os.chmod(folder, 0o1777)
    with open("/etc/passwd") as known, open(f"{WRAPPED}/passwd", "w") as passwd:
        passwd.write(f"{known.read()}nameless:x:{NAMELESS_UID}:{NAMELESS_UID}::/:/bin/sh\n")
    with open("/etc/group") as known, open(f"{WRAPPED}/group", "w") as group:
        group.write(f"{known.read()}nameless:x:{NAMELESS_UID}:\n")


def check_loaded(variant, user):
    """The loader only remarks on what it cannot preload, and the program runs without."""
    maps = subprocess.run(user.command(["env", *variant.words(["cat", "/proc/self/maps"])]),
                          env=user.variables(), stdout=subprocess.PIPE, text=True, check=True,
                          timeout=20).stdout
    for path in variant.preload:
        if os.path.realpath(path) not in maps:
            raise SystemExit(f"bench: {path} is not loaded into programs of {user.name}")
