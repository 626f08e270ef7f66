"""What the bench holds the shim to; each section adds what it found."""

from figures import table

found = []


LEVEL = "level"  # no difference that the samples can tell


def goal(text, measured, met):
    """`met`: True, False or LEVEL."""
    found.append((text, measured, met))


def report():
    words = {True: "met", False: "**missed**", LEVEL: "level"}
    outcomes = [met for _, _, met in found]
    return (f"## Goals\n\n{outcomes.count(True)} met, {outcomes.count(LEVEL)} level, "
            f"{outcomes.count(False)} missed. Level: the difference is smaller than what so many samples with "
            "such a spread can tell.\n\n"
            + table(["goal", "measured", "outcome"],
                    [[text, measured, words[met]] for text, measured, met in found]))
