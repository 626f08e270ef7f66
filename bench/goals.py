"""What the bench holds the shim to; each section adds what it found."""

from figures import table

found = []


def goal(text, measured, met):
    found.append((text, measured, met))


def report():
    rows = [[text, measured, "met" if met else "**missed**"] for text, measured, met in found]
    missed = sum(not met for _, _, met in found)
    return f"## Goals\n\n{len(found) - missed} met, {missed} missed.\n\n" + table(
        ["goal", "measured", ""], rows)
