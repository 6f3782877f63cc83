"""Ratios of interleaved pairs: their median, and how sure it is."""

import random
import statistics

RESAMPLES = 10_000
SEED = 20261123


def median_interval(values, seed=SEED):
    """(median, lower end, upper end): a bootstrap interval of 95 %.  The seed is fixed: same data, same interval."""
    middle = statistics.median(values)
    if len(values) < 2:
        return middle, middle, middle
    source = random.Random(seed)
    medians = sorted(statistics.median(source.choices(values, k=len(values))) for _ in range(RESAMPLES))
    return middle, medians[int(0.025 * RESAMPLES)], medians[int(0.975 * RESAMPLES) - 1]


def order(subjects, pairs):
    """Who runs when: A B C, C B A, C B A, A B C, ... (ABBA BAAB), so that a drift of the machine hits all alike."""
    for pair in range(pairs):
        yield list(subjects) if pair % 4 in (0, 3) else list(reversed(subjects))


def pairwise(over, under):
    """The ratio of each pair."""
    return [a / b for a, b in zip(over, under, strict=True)]


def moved(values):
    """By what share the largest differs from the smallest, of the median."""
    return (max(values) - min(values)) / statistics.median(values)
