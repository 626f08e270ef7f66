"""What the bench holds the shim to; each section adds what it found."""

from figures import table

found = []


LEVEL = "level"  # no difference that the samples can tell


def goal(text, measured, met, why=""):
    """`met`: True, False or LEVEL. `why`: what is known to cost what it costs."""
    found.append((text, measured, met, why))


def report():
    words = {True: "met", False: "**missed**", LEVEL: "level"}
    outcomes = [met for _, _, met, _ in found]
    return (f"## Goals\n\n{outcomes.count(True)} met, {outcomes.count(LEVEL)} level, "
            f"{outcomes.count(False)} missed. Level: the difference is smaller than what so many samples with "
            "such a spread can tell.\n\n"
            + table(["goal", "measured", "outcome"],
                    [[text, measured, words[met] + (f": {why}" if why and met is False else "")]
                     for text, measured, met, why in found]))
