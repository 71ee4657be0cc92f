"""The part of OData that mail answers: filters of a few exact shapes, chosen members, order and pages.

Exchange refuses many filters that look right, so a shape that is not here is refused and not guessed at.
"""

import datetime as dt
import operator
import re
from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus

from firstbell.testing.microsoft.asked import Refused
from firstbell.testing.microsoft.mail_state import Item

PROPERTY_ID = (
    r"(?:String|Integer|Boolean|Double|Binary|SystemTime) "
    r"(?:\{[0-9A-Fa-f-]{36}\} (?:Name \w+|Id 0x[0-9A-Fa-f]+)|0x[0-9A-Fa-f]{4})"
)
_TEXT = r"'((?:[^']|'')*)'"
_HAS_PROPERTY = re.compile(
    rf"singleValueExtendedProperties/[Aa]ny\((\w+): ?\1/id eq '({PROPERTY_ID})' and \1/value eq {_TEXT}\)"
)
_TIMES = {"createdDateTime": "created_at", "receivedDateTime": "created_at", "sentDateTime": "sent_at"}
_BY_TIME = re.compile(rf"({'|'.join(_TIMES)}) (ge|gt|le|lt) (\d{{4}}-\d\d-\d\dT\d\d:\d\d:\d\dZ)")
_BY_DRAFT = re.compile(r"isDraft eq (true|false)")
_EXPAND = re.compile(r"singleValueExtendedProperties\(\$filter=(.+)\)")
_ORDER = re.compile(rf"({'|'.join(_TIMES)})( asc| desc)?")
_COMPARED = {"ge": operator.ge, "gt": operator.gt, "le": operator.le, "lt": operator.lt}
MOST = 1000

Test = Callable[[Item], bool]


def filtered(items: Sequence[Item], query: Mapping[str, str]) -> list[Item]:
    """The items that a query asks for, in its order; newest first without one."""
    tests = _tests(query.get("$filter", ""))
    found = [item for item in items if all(test(item) for test in tests)]
    return _ordered(found, query.get("$orderby", ""), query.get("$filter", ""))


def _tests(text: str) -> list[Test]:
    """Conditions joined by "and"; each must be of a shape that is known."""
    tests: list[Test] = []
    while text:
        for shape, made in ((_HAS_PROPERTY, _has_property), (_BY_TIME, _by_time), (_BY_DRAFT, _by_draft)):
            if found := shape.match(text):
                tests.append(made(found))
                text = text[found.end() :]
                break
        else:
            raise Refused(HTTPStatus.BAD_REQUEST, "ErrorInvalidUrlQueryFilter")
        if text and not text.startswith(" and "):
            raise Refused(HTTPStatus.BAD_REQUEST, "ErrorInvalidUrlQueryFilter")
        text = text.removeprefix(" and ")
    return tests


def _has_property(found: re.Match[str]) -> Test:
    """Names are compared as they stand, values in any case."""
    name, value = found[2], found[3].replace("''", "'").casefold()
    return lambda item: item.properties.get(name, "").casefold() == value


def _by_time(found: re.Match[str]) -> Test:
    member, compared = _TIMES[found[1]], _COMPARED[found[2]]
    moment = dt.datetime.fromisoformat(found[3])

    def is_then(item: Item) -> bool:
        at = getattr(item, member)
        return at is not None and bool(compared(at, moment))

    return is_then


def _by_draft(found: re.Match[str]) -> Test:
    return lambda item: item.is_draft is (found[1] == "true")


def _ordered(items: list[Item], order: str, condition: str) -> list[Item]:
    """By a time. What a filtered list is ordered by must stand in its filter: Exchange calls it inefficient else."""
    if not order:
        return items[::-1]
    found = _ORDER.fullmatch(order)
    if found is None or (condition and found[1] not in condition):
        raise Refused(HTTPStatus.BAD_REQUEST, "InefficientFilter")
    return sorted(items, key=operator.attrgetter(_TIMES[found[1]]), reverse=found[2] == " desc")


def expanded(query: Mapping[str, str]) -> frozenset[str]:
    """The ids of the extended properties that are asked for."""
    text = query.get("$expand", "")
    if not text:
        return frozenset()
    found = _EXPAND.fullmatch(text)
    wanted = [re.fullmatch(rf"id eq '({PROPERTY_ID})'", each) for each in found[1].split(" or ")] if found else [None]
    if None in wanted:
        raise Refused(HTTPStatus.BAD_REQUEST, "ErrorInvalidUrlQuery")
    return frozenset(each[1] for each in wanted if each is not None)


def page_of(found: Sequence[Item], query: Mapping[str, str], prefer: str) -> tuple[Sequence[Item], int | None]:
    """One page, and where the next one begins (None: there is none)."""
    told = re.search(r"odata\.maxpagesize=(\d+)", prefer)
    size = min(int(query.get("$top") or (told[1] if told else 10)), MOST)
    start = int(query.get("$skip", "0"))
    rest = start + size
    return found[start:rest], rest if rest < len(found) else None
