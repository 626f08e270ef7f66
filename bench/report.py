"""Measures section by section and prints the report. Started by bench/run."""

import argparse
import datetime
import os
import platform
import subprocess
import sys
import time

import before
import footprint
import goals
import growth
import passing
import redirected
import startup
import variants
import views


def machine():
    with open("/proc/cpuinfo") as info:
        model = next(line.split(":", 1)[1].strip() for line in info if line.startswith("model name"))
    version = subprocess.run(["ldd", "--version"], stdout=subprocess.PIPE, text=True,
                             check=True).stdout.splitlines()[0]
    compiler = subprocess.run(["gcc", "--version"], stdout=subprocess.PIPE, text=True,
                              check=True).stdout.splitlines()[0]
    return (f"{model}, {os.cpu_count()} cores; Linux {platform.release()}; "
            f"{version.removeprefix('ldd ')}; {compiler}; "
            f"{datetime.datetime.now(datetime.timezone.utc):%Y-%m-%d %H:%M} UTC, "
            f"load {os.getloadavg()[0]:.2f} before the first figure.")


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--quick", action="store_true")
    for volume in "disk", "links", "files", "rclone", "fat":
        arguments.add_argument(f"--{volume}", required=True)
    arguments.add_argument("--section", action="append", metavar="NAME", help="this one and the goals alone")
    arguments = arguments.parse_args()
    sys.stdout.reconfigure(line_buffering=True)

    def rounds_of(full):
        return 2 if arguments.quick else full

    variants.prepare()
    print("# qlshim: the bench\n\n"
          "Written by `make bench`. All variants of a row are measured in turn, in rounds that each begin with "
          "another variant; a ratio is that of one round, and what is shown is the median of all rounds "
          "with the quartiles around it.\n\n"
          f"{machine()}\n")
    if arguments.quick:
        print("**Few samples (`--quick`): these figures mean little.**\n")
    sections = {
        "start-up": lambda: startup.report(rounds_of),
        "calls that pass": lambda: passing.report(rounds_of, arguments.disk),
        "calls with work to do": lambda: redirected.report(
            rounds_of, arguments.links, arguments.files, arguments.rclone, arguments.fat),
        "growth": lambda: growth.report(rounds_of, arguments.quick),
        "folders": lambda: views.report(rounds_of, arguments.quick, arguments.disk),
        "memory": lambda: footprint.report(rounds_of),
        "before": lambda: before.report(rounds_of, arguments.disk),
        "goals": goals.report,
    }
    for name, section in sections.items():
        if name not in [*(arguments.section or sections), "goals"]:
            continue
        start = time.monotonic()
        text = section()
        print(text, end="")
        print(f"{name}: {time.monotonic() - start:.1f} s", file=sys.stderr)


main()
