"""Two charts as inline SVG for a printed page: a line over weeks and bars for groups, each with words for its picture.

A chart never stands alone: the page has the same figures in a table, for those who would rather read or who can't see.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from rules.absence.rates import round_half_up

if TYPE_CHECKING:
    from markupsafe import Markup

WIDTH, LEFT, RIGHT = 680, 48, 640
TOP, BOTTOM = 20, 194
BAR_HEIGHT, BAR_LEFT, BAR_RIGHT = 26, 210, 600
MOST_LABELS = 10
STEP = 5  # the axis goes in steps of five per cent


@dataclass(frozen=True, slots=True)
class Point:
    """A label and its value in per cent; None where there is none or it is not shown, and `instead` says why."""

    label: str
    value: Fraction | None
    instead: str = ""


def line_chart(points: Sequence[Point], *, title: str, description: str) -> "Markup":
    """A line from left to right, broken where a value is missing. The axis need not begin at 0, and says where."""
    values = [point.value for point in points if point.value is not None]
    low = max(0, int(min(values, default=Fraction(0)) // STEP - 1) * STEP)
    axis = _Axis(low, 100, len(points))
    parts = [_grid_line(axis, mark) for mark in range(low, 101, STEP)]
    parts += [_segment(axis, at, points) for at in range(1, len(points))]
    parts += [_dot(axis, at, point) for at, point in enumerate(points) if point.value is not None]
    if low:
        parts.append(_svg_text(RIGHT, TOP - 5, f"scale begins at {low}%", "end"))
    every = -(-len(points) // MOST_LABELS) or 1
    parts += [_svg_text(axis.x(at), BOTTOM + 20, points[at].label, "middle") for at in range(0, len(points), every)]
    return _svg(BOTTOM + 34, title, description, parts)


def bar_chart(points: Sequence[Point], *, title: str, description: str) -> "Markup":
    """A bar for each group, from 0; the longest fills the width."""
    longest = max((point.value for point in points if point.value), default=Fraction(1))
    parts = [_bar(at, point, longest) for at, point in enumerate(points)]
    return _svg(BAR_HEIGHT * len(points) + 8, title, description, parts)


@dataclass(frozen=True, slots=True)
class _Axis:
    low: int
    high: int
    count: int

    def x(self, at: int) -> float:
        return round(LEFT + 12 + (RIGHT - LEFT - 24) * at / max(1, self.count - 1), 1)

    def y(self, value: Fraction | int) -> float:
        share = Fraction(value - self.low) / (self.high - self.low)
        return round(float(BOTTOM - (BOTTOM - TOP) * share), 1)


def _svg(height: int, title: str, description: str, parts: "Sequence[Markup]") -> "Markup":
    whole = _markup(
        '<svg role="img" viewBox="0 0 {} {}" width="100%" font-family="Arial, Helvetica, sans-serif" font-size="12">'
        "<title>{}</title><desc>{}</desc>{}</svg>"
    )
    return whole.format(WIDTH, height, title, description, _markup("\n").join(parts))


def _grid_line(axis: _Axis, mark: int) -> "Markup":
    line = _markup('<line x1="{}" y1="{}" x2="{}" y2="{}" stroke="#d0d3d6"/>')
    height = axis.y(mark)
    return line.format(LEFT, height, RIGHT, height) + _svg_text(LEFT - 6, height + 4, f"{mark}%", "end")


def _segment(axis: _Axis, at: int, points: Sequence[Point]) -> "Markup":
    before, here = points[at - 1].value, points[at].value
    if before is None or here is None:
        return _markup("")
    line = _markup('<line x1="{}" y1="{}" x2="{}" y2="{}" stroke="#1d4f91" stroke-width="2.5"/>')
    return line.format(axis.x(at - 1), axis.y(before), axis.x(at), axis.y(here))


def _dot(axis: _Axis, at: int, point: Point) -> "Markup":
    """A dot, with its figure above it at both ends of the line."""
    value = point.value or Fraction(0)
    dot = _markup('<circle cx="{}" cy="{}" r="3.5" fill="#1d4f91"/>').format(axis.x(at), axis.y(value))
    is_end = at in {0, axis.count - 1}
    return dot + (_svg_text(axis.x(at), axis.y(value) - 9, f"{round_half_up(value)}%", "middle") if is_end else "")


def _bar(at: int, point: Point, longest: Fraction) -> "Markup":
    top = BAR_HEIGHT * at + 4
    label = _svg_text(BAR_LEFT - 8, top + 14, point.label, "end")
    if point.value is None:
        return label + _svg_text(BAR_LEFT, top + 14, point.instead, "start")
    length = round(float((BAR_RIGHT - BAR_LEFT) * point.value / longest), 1) if longest else 0
    bar = _markup('<rect x="{}" y="{}" width="{}" height="18" fill="#1d4f91"/>').format(BAR_LEFT, top, length)
    return label + bar + _svg_text(BAR_LEFT + length + 6, top + 14, f"{round_half_up(point.value)}%", "start")


def _svg_text(x: float, y: float, text: str, anchor: str) -> "Markup":
    return _markup('<text x="{}" y="{}" text-anchor="{}" fill="#111">{}</text>').format(x, y, anchor, text)


def _markup(text: str) -> "Markup":
    from markupsafe import Markup  # noqa: PLC0415 - comes with Jinja2, which is imported where it is used

    return Markup(text)  # noqa: S704 - only our own constants; whatever is filled in is escaped by `format`
