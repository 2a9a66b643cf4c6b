"""Rows made of figures that another process measured."""

from __future__ import annotations

from tests.benchmarks.rows import Row


def rate(name: str, floor: float, ours: float, *, at_least: float, unit: str) -> Row:
    """How much is done in a second, as a share of what the floor does."""
    share = ours / floor
    return Row(
        name,
        f"{floor:,.0f} {unit}/s",
        f"{ours:,.0f} {unit}/s",
        f"{share:.2f}",
        f"ratio >= {at_least:.2f}",
        share >= at_least,
    )


def time(name: str, floor: float, ours: float, *, at_most: float, unit: str) -> Row:
    """A time, given in seconds and shown in ``ms`` or ``us``, as a multiple of another one."""
    scale = {"ms": 1e3, "us": 1e6}[unit]
    ratio = ours / floor
    return Row(
        name,
        f"{floor * scale:,.2f} {unit}",
        f"{ours * scale:,.2f} {unit}",
        f"{ratio:.2f}",
        f"ratio <= {at_most:.2f}",
        ratio <= at_most,
    )


def growth(name: str, few: float, many: float, *, at_most: float, unit: str) -> Row:
    """A time with many, in seconds, as a multiple of the time with few: there is no floor."""
    ratio, scale = many / few, {"ms": 1e3, "us": 1e6}[unit]
    shown = f"{many * scale:,.2f} {unit}"
    return Row(name, "", shown, f"{ratio:.2f}", f"few * {at_most:.2f}", ratio <= at_most)


def same(name: str, floor: int, ours: int) -> Row:
    """Two numbers that must not differ."""
    return Row(name, f"{floor:,}", f"{ours:,}", "", "the same", floor == ours)


def missed(name: str, reason: str) -> Row:
    """What could not be measured, and why."""
    return Row(f"{name}: {reason}", "", "", "", "", False)
