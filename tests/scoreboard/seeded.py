"""Chance that is the same every time."""

import random


def seeded(seed: int) -> random.Random:
    """A source of chance; its seed is printed, so that a failure can be made again."""
    print(f"seed {seed}")
    return random.Random(seed)  # noqa: S311 (it shall repeat itself)
