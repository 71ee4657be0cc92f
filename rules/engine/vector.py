"""The vector engine: all pupils of a block side by side, for a trust, an authority or the country.

Marks lie session by session, a row of pupils each, so that one instruction looks at many pupils and a new day is two
rows at the end. Codes are stored class by class, so that every question is a range of bytes. Bytes count within a
stretch that cannot overflow them, and only pupils with something rare are looked at one by one.

This is the one module of the rules that needs more than the standard library: the extra `trust`. The figures are
the plain engine's; only the time is another.
"""

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

from rules.codes import AttendanceCode, Category, byte_of, bytes_in
from rules.engine.frame import SESSIONS_A_DAY, Frame, PupilFigures


class TrustExtraMissing(ImportError):
    """The vector engine was asked for where its libraries are not installed."""


try:
    import numpy as np
    from numba import njit
    from numpy.typing import NDArray
except ImportError as missing:
    raise TrustExtraMissing(
        "The vector engine needs numba and NumPy: install Firstbell with the extra 'trust' "
        "(pip install 'firstbell[trust]'), or use rules.engine.plain, which finds the same figures."
    ) from missing

PUPILS_TOGETHER = 64  # a multiple of what any processor's registers hold, so that no row has a tail
BLOCK = 512  # pupils whose school week stays in the nearest cache
FULL = 100
MOST = 255  # that a byte counts to
MOST_SESSIONS = 32767  # that a column counts to
NONE = -1

COLUMNS = PupilFigures._fields
POSSIBLE, ATTENDING, APPROVED, AUTHORISED, UNAUTHORISED = range(5)
ILLNESS, UNEXPLAINED = COLUMNS.index("illness"), COLUMNS.index("unexplained")
PERSISTENT, SEVERE, IN_WINDOW, MET_AT, LONGEST, RETURN_AT, ILL_AT, OLDEST = range(UNEXPLAINED + 1, len(COLUMNS))
# Places in the array of ranges, after those of the tallied columns, and in the array of limits.
THRESHOLD_RANGE, RETURN_RANGE = 8, 9
PERSISTENT_LIMIT, SEVERE_LIMIT, THRESHOLD_LIMIT, WINDOW_LIMIT, RETURN_LIMIT, ILLNESS_LIMIT = range(6)

type Bytes = NDArray[np.uint8]
type Numbers = NDArray[np.int16]
type Places = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Block:
    """Registers side by side: `marks[session, pupil]`, the row filled up with unmarked places to a multiple of 64."""

    marks: Bytes
    pupils: int


@dataclass(frozen=True, slots=True)
class Figures:
    """What is found of a block: a row for each field of `PupilFigures`, a column for each pupil, -1 for None."""

    columns: Numbers

    def __getitem__(self, field: str) -> Numbers:
        """One field of every pupil."""
        found: Numbers = self.columns[COLUMNS.index(field)]
        return found

    def of_pupils(self) -> list[PupilFigures]:
        """The same as the other engines give."""
        rows = self.columns.astype(object)
        for flag in (PERSISTENT, SEVERE):
            rows[flag] = rows[flag] == 1
        for place in (MET_AT, RETURN_AT, ILL_AT, OLDEST):
            rows[place][rows[place] == NONE] = None
        return [PupilFigures(*pupil) for pupil in rows.T.tolist()]


def block_of(registers: Sequence[bytes], frame: Frame) -> Block:
    """Turn pupils' registers, of one frame, into a block."""
    shape = (len(registers), len(frame.sessions))
    by_pupil = np.frombuffer(b"".join(registers), np.uint8).reshape(shape)
    marks = np.zeros((shape[1], -(-shape[0] // PUPILS_TOGETHER) * PUPILS_TOGETHER), np.uint8)
    marks[:, : shape[0]] = by_pupil.T
    return Block(marks, shape[0])


def figures_of(registers: Sequence[bytes], frame: Frame) -> list[PupilFigures]:
    """The figures of registers, in order; each has one byte for every session of the frame."""
    return figures_of_block(block_of(registers, frame), frame).of_pupils()


def figures_of_block(block: Block, frame: Frame) -> Figures:
    """The figures of a block, on the calling thread. Raises ValueError for a frame this engine cannot hold."""
    return _figures(block, *_prepared(frame), frame.counted_from)


def figures_of_blocks(blocks: Iterable[Block], frame: Frame, threads: int) -> Iterator[Figures]:
    """The figures of many blocks of one frame, in order, while no more than a few blocks a thread are held."""
    prepared = _prepared(frame)
    waiting: deque[Future[Figures]] = deque()
    with ThreadPoolExecutor(threads) as pool:
        for block in blocks:
            waiting.append(pool.submit(_figures, block, *prepared, frame.counted_from))
            if len(waiting) > 4 * threads:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def _prepared(frame: Frame) -> tuple[Places, Bytes, Places]:
    """Week starts, ranges and limits as the kernel takes them."""
    law = frame.law
    starts = np.array(frame.week_starts, np.int64)
    longest_week = int(np.diff(starts).max(initial=0))
    if len(frame.sessions) > MOST_SESSIONS or longest_week * law.window_weeks > MOST:
        raise ValueError("the vector engine counts up to 32,767 sessions, and 255 in a window: use rules.engine.plain")
    limits = (law.persistent_percent, law.severe_percent, law.threshold_sessions, law.window_weeks)
    return starts, _ranges(frame), np.array((*limits, law.return_days, law.illness_sessions), np.int64)


def _ranges(frame: Frame) -> Bytes:
    """Lowest and highest byte of each tallied column, of the threshold's codes and of the return's."""
    categories = (
        *(Category.PRESENT, Category.APPROVED_EDUCATIONAL_ACTIVITY),
        *(Category.AUTHORISED_ABSENCE, Category.UNAUTHORISED_ABSENCE),
    )
    letters = (
        *(AttendanceCode.LATE_BEFORE_CLOSE, AttendanceCode.LATE_AFTER_CLOSE),
        *(AttendanceCode.ILLNESS, AttendanceCode.UNEXPLAINED),
    )
    asked = [bytes_in(category) for category in categories] + [bytes([byte_of(letter)]) for letter in letters]
    return np.array([_range(codes) for codes in (*asked, frame.law.threshold_bytes, frame.law.return_bytes)], np.uint8)


def _range(codes: bytes) -> tuple[int, int]:
    lowest, highest = codes[0], codes[-1]
    if codes != bytes(range(lowest, highest + 1)):
        raise ValueError("these codes are not stored side by side: use rules.engine.plain")
    return lowest, highest


def _figures(block: Block, starts: Places, ranges: Bytes, limits: Places, counted_from: int) -> Figures:
    width = block.marks.shape[1]
    columns = np.zeros((len(COLUMNS), width), np.int16)
    columns[[MET_AT, RETURN_AT, ILL_AT, OLDEST]] = NONE
    for low in range(0, width, BLOCK):
        _measure(block.marks, low, min(low + BLOCK, width), starts, counted_from, ranges, limits, columns)
    return Figures(columns[:, : block.pupils])


# Small functions, each with few arrays: the compiler gives up on one big loop over many.


@njit(cache=True, nogil=True)
def _tally(  # pragma: no cover - compiled
    marks: Bytes, low: int, high: int, first: int, last: int, span: Bytes, tally: Bytes
) -> None:
    """Add the sessions from `first` to before `last` whose byte lies in the range."""
    lowest, highest = span[0], span[1]
    for session in range(first, last):
        row = marks[session, low:high]
        for pupil in range(row.size):
            tally[pupil] += np.uint8((row[pupil] >= lowest) & (row[pupil] <= highest))


@njit(cache=True, nogil=True)
def _move_window(week: Bytes, leaving: Bytes, window: Bytes) -> None:  # pragma: no cover - compiled
    """Let the new week in and the oldest out, and keep the new one in the place of the oldest."""
    for pupil in range(week.size):
        window[pupil] = np.uint8(window[pupil] + week[pupil] - leaving[pupil])
        leaving[pupil] = week[pupil]


@njit(cache=True, nogil=True)
def _note_threshold(  # pragma: no cover - compiled
    marks: Bytes, low: int, first: int, span: Bytes, needed: int, week: Bytes, window: Bytes, met_at: Numbers
) -> None:
    """Where in this week the window came to hold enough, for pupils of whom it never had."""
    for pupil in range(window.size):
        if window[pupil] >= needed and met_at[pupil] < 0:
            missing = needed - (window[pupil] - week[pupil])
            session = first - 1
            while missing > 0:
                session += 1
                missing -= span[0] <= marks[session, low + pupil] <= span[1]
            met_at[pupil] = session


@njit(cache=True, nogil=True)
def _run_on(  # pragma: no cover - compiled
    marks: Bytes, low: int, high: int, day: int, span: Bytes, run: Bytes, longest: Bytes
) -> None:
    """Carry runs of days wholly missed over one more day, as far as a byte counts."""
    lowest, highest = span[0], span[1]
    mornings, afternoons = marks[day, low:high], marks[day + 1, low:high]
    for pupil in range(run.size):
        am, pm = mornings[pupil], afternoons[pupil]
        am_fits = (am == 0) | ((am >= lowest) & (am <= highest))
        pm_fits = (pm == 0) | ((pm >= lowest) & (pm <= highest))
        is_missed = am_fits & pm_fits & ((am | pm) != 0)
        longer = np.uint8(run[pupil] + np.uint8(run[pupil] != MOST))
        run[pupil] = longer if is_missed else np.uint8(0)
        longest[pupil] = max(longest[pupil], run[pupil])


@njit(cache=True, nogil=True)
def _exact_run(  # pragma: no cover - compiled
    marks: Bytes, pupil: int, span: Bytes, needed: int
) -> tuple[int, int]:
    """One pupil's longest run, and the day on which one was first long enough."""
    run, longest, at = 0, 0, NONE
    for day in range(marks.shape[0] // SESSIONS_A_DAY):
        am, pm = marks[2 * day, pupil], marks[2 * day + 1, pupil]
        am_fits, pm_fits = am == 0 or span[0] <= am <= span[1], pm == 0 or span[0] <= pm <= span[1]
        run = run + 1 if am_fits and pm_fits and (am != 0 or pm != 0) else 0
        longest = max(longest, run)
        if run == needed and at == NONE:
            at = day
    return longest, at


@njit(cache=True, nogil=True)
def _place_of(  # pragma: no cover - compiled
    marks: Bytes, pupil: int, first: int, byte: int, number: int
) -> int:
    """Where the `number`-th session with this byte stands; there are so many."""
    session = first - 1
    while number > 0:
        session += 1
        number -= marks[session, pupil] == byte
    return session


@njit(cache=True, nogil=True)
def _empty_into(tallies: Bytes, columns: Numbers, low: int) -> None:  # pragma: no cover - compiled
    """Add the byte tallies to the columns and begin again."""
    for column in range(tallies.shape[0]):
        tally, total = tallies[column], columns[ATTENDING + column, low : low + tallies.shape[1]]
        for pupil in range(tally.size):
            total[pupil] += np.int16(tally[pupil])
            tally[pupil] = 0


@njit(cache=True, nogil=True)
def _rates(columns: Numbers, low: int, high: int, limits: Places) -> None:  # pragma: no cover - compiled
    """Possible and attending sessions, persistent and severe absence."""
    for pupil in range(low, high):
        columns[ATTENDING, pupil] += columns[APPROVED, pupil]
        absent = np.int32(columns[AUTHORISED, pupil]) + np.int32(columns[UNAUTHORISED, pupil])
        possible = np.int32(columns[ATTENDING, pupil]) + absent
        columns[POSSIBLE, pupil] = possible
        columns[PERSISTENT, pupil] = possible > 0 and absent * FULL >= possible * limits[PERSISTENT_LIMIT]
        columns[SEVERE, pupil] = possible > 0 and absent * FULL >= possible * limits[SEVERE_LIMIT]


@njit(cache=True, nogil=True)
def _rare(  # pragma: no cover - compiled
    marks: Bytes, low: int, counted_from: int, ranges: Bytes, limits: Places, longest: Bytes, columns: Numbers
) -> None:
    """What only few pupils have, one by one: long runs, much illness, something unexplained."""
    days, ill, unexplained = marks.shape[0] // SESSIONS_A_DAY, ranges[ILLNESS - 1, 0], ranges[UNEXPLAINED - 1, 0]
    for place in range(longest.size):
        pupil = low + place
        columns[LONGEST, pupil] = longest[place]
        if longest[place] >= min(limits[RETURN_LIMIT], MOST):
            exact, at = _exact_run(marks, pupil, ranges[RETURN_RANGE], limits[RETURN_LIMIT])
            columns[LONGEST, pupil], columns[RETURN_AT, pupil] = exact, at
        if columns[ILLNESS, pupil] >= limits[ILLNESS_LIMIT]:
            columns[ILL_AT, pupil] = _place_of(marks, pupil, counted_from, ill, limits[ILLNESS_LIMIT])
        if columns[UNEXPLAINED, pupil] > 0:
            first = _place_of(marks, pupil, counted_from, unexplained, 1)
            columns[OLDEST, pupil] = days - 1 - first // SESSIONS_A_DAY


@njit(cache=True, nogil=True)
def _measure(  # pragma: no cover - compiled
    marks: Bytes,
    low: int,
    high: int,
    starts: Places,
    counted_from: int,
    ranges: Bytes,
    limits: Places,
    columns: Numbers,
) -> None:
    """Everything about the pupils from `low` to before `high`, a school week at a time."""
    width, tallied, held = high - low, 0, limits[WINDOW_LIMIT]
    tallies, ring = np.zeros((THRESHOLD_RANGE, width), np.uint8), np.zeros((held, width), np.uint8)
    week, window = np.zeros(width, np.uint8), np.zeros(width, np.uint8)
    run, longest = np.zeros(width, np.uint8), np.zeros(width, np.uint8)
    for number in range(starts.size - 1):
        first, last = starts[number], starts[number + 1]
        counted = max(first, counted_from)
        if tallied + last - first > MOST:
            _empty_into(tallies, columns, low)
            tallied = 0
        tallied += last - first
        for column in range(THRESHOLD_RANGE):
            _tally(marks, low, high, counted, last, ranges[column], tallies[column])
        week[:] = 0
        _tally(marks, low, high, first, last, ranges[THRESHOLD_RANGE], week)
        _move_window(week, ring[number % held], window)
        met_at = columns[MET_AT, low:high]
        _note_threshold(marks, low, first, ranges[THRESHOLD_RANGE], limits[THRESHOLD_LIMIT], week, window, met_at)
        for day in range(first, last, SESSIONS_A_DAY):
            _run_on(marks, low, high, day, ranges[RETURN_RANGE], run, longest)
    _empty_into(tallies, columns, low)
    columns[IN_WINDOW, low:high] = window
    _rates(columns, low, high, limits)
    _rare(marks, low, counted_from, ranges, limits, longest, columns)
