"""Which row goes where: rows by key stay where people left them, new ones come in, those no longer wanted go."""

from dataclasses import dataclass

from connectors._xlsx.tables import COPY, Line, Table
from firstbell.records import SheetRows
from sheets_templates import SheetLayout


@dataclass(frozen=True, slots=True)
class Place:
    """One row of the sheet to come: its key (None: a person's row), the row it stands in now (None: new), and what to
    say beside it where that is not among the row's own cells. `is_adopted`: typed by a person, ours from now on.
    """

    key: str | None
    old_row: int | None = None
    says: str | None = None
    is_adopted: bool = False


def as_at_line(layout: SheetLayout, wanted: SheetRows, as_at: str) -> str:
    """When the rows were true; where there is none, what that means."""
    return f"As at {as_at}" if wanted.rows else f"As at {as_at}. {layout.empty_text}"


def plan(table: Table, wanted: SheetRows) -> list[Place]:
    """The rows from the first below the headings on, in order.

    While the order is the one we want, new rows come where they belong; once people have sorted, at the end. What is
    settled stands below the rest, each part in its own order.
    """
    to_do, settled = _parts(_kept(table, wanted), wanted)
    keys = [key for key in wanted.rows if key not in wanted.settled]
    return _part(to_do, keys) + _part(settled, [key for key in wanted.rows if key in wanted.settled])


def _parts(places: list[Place], wanted: SheetRows) -> tuple[list[Place], list[Place]]:
    """What is to do, and what is settled; a person's own row stays with the row above it."""
    parts: tuple[list[Place], list[Place]] = ([], [])
    is_settled = False
    for place in places:
        if place.key is not None and place.says is None:
            is_settled = place.key in wanted.settled
        parts[is_settled].append(place)
    return parts


def _part(places: list[Place], wanted: list[str]) -> list[Place]:
    order = {key: number for number, key in enumerate(wanted)}
    ours = [order[place.key] for place in places if place.key is not None and place.says is None]
    there = set(ours)
    new = [key for key, number in order.items() if number not in there]
    if ours != sorted(ours):
        return places + [Place(key) for key in new]
    return _with_new_rows_in_order(places, wanted)


def _kept(table: Table, wanted: SheetRows) -> list[Place]:
    taken: set[str] = {line.key for line in table.lines if line.key is not None}
    places = []
    for line in table.lines:
        if line.key is None:
            places.append(_persons_row(line, wanted, taken))
        elif line.key in wanted.rows:
            places.append(Place(line.key, line.row, COPY if line.is_copy else None))
    return places


def _persons_row(line: Line, wanted: SheetRows, taken: set[str]) -> Place:
    """A row without a key: ours from now on if it was taken in, else as it is, with the answer beside it."""
    for answer in wanted.answers:
        if answer.row != line.texts:
            continue
        if answer.key is None:
            return Place(None, line.row, answer.says)
        if answer.key in taken or answer.key not in wanted.rows:
            return Place(None, line.row, COPY)
        taken.add(answer.key)
        return Place(answer.key, line.row, is_adopted=True)
    return Place(None, line.row)


def _with_new_rows_in_order(places: list[Place], wanted: list[str]) -> list[Place]:
    there = {place.key for place in places}
    waiting = [key for key in wanted if key not in there]
    position = {key: number for number, key in enumerate(wanted)}
    ordered: list[Place] = []
    for place in places:
        if place.key is not None and place.says is None:
            while waiting and position[waiting[0]] < position[place.key]:
                ordered.append(Place(waiting.pop(0)))
        ordered.append(place)
    return ordered + [Place(key) for key in waiting]
