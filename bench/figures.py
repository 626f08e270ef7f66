"""Medians with their spread, and how figures are written."""

import statistics


class Spread:
    """The median of samples, and the quartiles around it."""

    def __init__(self, samples):
        samples = list(samples)
        self.median = statistics.median(samples)
        if len(samples) > 1:
            self.low, _, self.high = statistics.quantiles(samples, n=4, method="inclusive")
        else:
            self.low = self.high = self.median
        # Medians that are further apart differ, at about 95 % (McGill, Tukey and Larsen, "Variations
        # of Box Plots", 1978).
        self.margin = 1.57 * (self.high - self.low) / len(samples) ** 0.5


def ratio(samples, base):
    """Of samples and base samples that were taken in the same rounds."""
    return Spread(sample / other for sample, other in zip(samples, base, strict=True))


def difference(samples, *bases):
    return Spread(sample - sum(others) for sample, *others in zip(samples, *bases, strict=True))


def duration(nanoseconds):
    if abs(nanoseconds) < 1000:
        return f"{nanoseconds:.0f} ns" if abs(nanoseconds) >= 10 else f"{nanoseconds:.1f} ns"
    if abs(nanoseconds) < 1e6:
        return f"{nanoseconds / 1e3:.3g} µs"
    return f"{nanoseconds / 1e6:.3g} ms"


def write_duration(spread):
    return f"{duration(spread.median)} ({duration(spread.low)} to {duration(spread.high)})"


def write_ratio(spread):
    digits = 3 if spread.median < 1.2 else 2
    return (f"×{spread.median:.{digits}f} "
            f"({spread.low:.{digits}f} to {spread.high:.{digits}f})")


def table(header, rows):
    lines = [header, ["---"] + ["---:"] * (len(header) - 1), *rows]
    return "".join("| " + " | ".join(line) + " |\n" for line in lines) + "\n"
