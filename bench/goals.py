"""What the bench holds the shim to; each section adds what it found."""

from figures import table

found = []


UNCLEAR = "too close to tell"  # for so many samples with such a spread


def at_most(limit, spread):
    if abs(spread.median - limit) <= spread.margin:
        return UNCLEAR
    return spread.median < limit


def either(*outcomes):
    return True if True in outcomes else UNCLEAR if UNCLEAR in outcomes else False


def goal(text, measured, met, why=""):
    """`met`: True, False or UNCLEAR. `why`: what is known to cost what it costs."""
    found.append((text, measured, met, why))


def report():
    words = {True: "met", False: "**missed**", UNCLEAR: UNCLEAR}
    outcomes = [met for _, _, met, _ in found]
    return (f"## Goals\n\n{outcomes.count(True)} met, {outcomes.count(False)} missed, "
            f"{outcomes.count(UNCLEAR)} too close to tell from so many samples with such a spread.\n\n"
            + table(["goal", "measured", "outcome"],
                    [[text, measured, words[met] + (f": {why}" if why and met is False else "")]
                     for text, measured, met, why in found]))
