"""The engines: one school from a cold process, and a trust of 100 schools, each beside something simple.

    .venv/bin/python bench/trust.py [SCHOOLS]

One school: blobs of sessions in a file to all answers, median of nine fresh processes, each timed from its first line,
and a bare bytes kernel for nearly the same answers in each of them. The trust: 100 schools of 1,500 pupils, every one
different, against one copy of the same bytes (`numpy.copyto`, one thread), both the best of seven in turns. Compiling
is left out: it happens once.
"""

import datetime as dt
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

STARTED = time.perf_counter()
ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

SESSIONS, PUPILS, THREADS = 380, 1500, 2
FIRST = dt.date(2026, 9, 3)
COLD_RUNS, WARM_RUNS = 9, 7


def main(schools: int = 100) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "school.bin"
        path.write_bytes(made_up_school(0).tobytes())
        command = [sys.executable, __file__, "--one-school", str(path)]
        runs = [json.loads(subprocess.run(command, check=True, capture_output=True).stdout) for _ in range(COLD_RUNS)]
    cold, warm, kernel = (statistics.median(run[key] for run in runs) for key in ("cold", "engine", "kernel"))
    print(f"one school, {PUPILS} pupils x {SESSIONS} sessions, plain engine")
    print(f"cold process to all answers {cold * 1000:8.0f} ms, of which the engine {warm * 1000:.0f} ms")
    print(f"bare bytes kernel           {kernel * 1000:8.0f} ms")
    print(f"engine / kernel             {statistics.median(run['engine'] / run['kernel'] for run in runs):8.2f} x")
    trust(schools)


def one_school(path: Path) -> dict[str, float]:
    from bench.measures import kernel  # noqa: PLC0415 - not part of what is measured, like the imports of plain are
    from rules.engine.plain import figures_of, registers_of  # noqa: PLC0415

    frame = frame_of_a_year()
    begun = time.perf_counter()
    blob = path.read_bytes()
    registers = registers_of([blob[start : start + PUPILS] for start in range(0, len(blob), PUPILS)])
    found = figures_of(registers, frame)
    done = time.perf_counter()
    weeks = bytes(frame.weeks)
    kernel_begun = time.perf_counter()
    bare = [kernel(row, weeks) for row in registers]
    kernel_done = time.perf_counter()
    assert [(one.possible, one.threshold_met_at, one.longest_continuous_absence, one.illness) for one in found] == [  # noqa: S101
        (possible, tenth, longest, ill) for possible, _, _, _, _, tenth, _, longest, ill in bare
    ]
    return {"cold": done - STARTED, "engine": done - begun, "kernel": kernel_done - kernel_begun}


def trust(schools: int) -> None:
    import numpy as np  # noqa: PLC0415 - the plain engine's process must not load it

    from rules.engine import plain, vector  # noqa: PLC0415

    frame = frame_of_a_year()
    blocks = [as_block(made_up_school(seed)) for seed in range(schools)]
    together = np.concatenate([block.marks.ravel() for block in blocks])
    copy = np.ones_like(together)  # written once, so that the pages are there
    rows = plain.registers_of([row.tobytes() for row in blocks[-1].marks[:, :PUPILS]])
    assert vector.figures_of_block(blocks[-1], frame).of_pupils() == plain.figures_of(rows, frame)  # noqa: S101
    best: dict[str, float] = {}
    for _ in range(WARM_RUNS):
        note(best, "copy", lambda: np.copyto(copy, together))
        for threads in (1, THREADS):
            note(best, f"{threads}", lambda n=threads: sum(1 for _ in vector.figures_of_blocks(blocks, frame, n)))
    print(f"\n{schools} schools, {schools * PUPILS * SESSIONS / 1e6:.0f} M marks, vector engine")
    print(f"one copy of the bytes       {best['copy'] * 1000:8.1f} ms")
    for threads in ("1", f"{THREADS}"):
        print(
            f"all figures, {threads} thread(s)    {best[threads] * 1000:8.1f} ms  {best[threads] / best['copy']:6.1f} x"
        )


def note(best: dict[str, float], name: str, work) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001
    begun = time.perf_counter()
    work()
    best[name] = min(best.get(name, float("inf")), time.perf_counter() - begun)


def frame_of_a_year():  # type: ignore[no-untyped-def]  # noqa: ANN201
    from firstbell.testing.calendars import example_calendar  # noqa: PLC0415
    from rules.engine.frame import frame_of  # noqa: PLC0415

    calendar = example_calendar()
    last = calendar.sessions(FIRST, calendar.last)[SESSIONS - 1].date
    return frame_of(calendar, FIRST, last)


def as_block(marks):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201
    import numpy as np  # noqa: PLC0415

    from rules.engine.vector import PUPILS_TOGETHER, Block  # noqa: PLC0415

    sessions, pupils = marks.shape
    filled = np.zeros((sessions, -(-pupils // PUPILS_TOGETHER) * PUPILS_TOGETHER), np.uint8)
    filled[:, :pupils] = marks
    return Block(filled, pupils)


def made_up_school(seed: int):  # type: ignore[no-untyped-def]  # noqa: ANN201
    """Session by pupil: spells of illness, leave and truancy that go on or end by chance, N in the last week, D, #."""
    import numpy as np  # noqa: PLC0415

    chance = np.random.default_rng(seed)
    codes = np.array([13, 13, 13, 15, 9, 21, 21, 19, 22, 25], np.uint8)
    # A spell's chance to begin in a session: the last gives 2 % of pupils who miss more than half of them.
    begins = chance.choice([0.008, 0.012, 0.02, 0.05, 0.5], PUPILS, p=[0.3, 0.3, 0.2, 0.18, 0.02])
    own = chance.choice(codes, (3, PUPILS))  # the reasons a pupil tends to have
    marks = np.empty((SESSIONS, PUPILS), np.uint8)
    spell = np.zeros(PUPILS, np.uint8)
    for session in range(SESSIONS):
        spell[chance.random(PUPILS) < 0.3] = 0  # noqa: PLR2004 - a spell lasts three or four sessions
        new = (spell == 0) & (chance.random(PUPILS) < begins)
        spell[new] = own[chance.integers(0, 3, PUPILS), np.arange(PUPILS)][new]
        late = (spell == 0) & (chance.random(PUPILS) < 0.02)  # noqa: PLR2004
        marks[session] = np.where(spell, spell, np.where(late, 3, 1 + session % 2))
    last = marks[-10:]
    last[(last == 21) & (chance.random(last.shape) < 0.5)] = 20  # noqa: PLR2004 - O and N
    marks[100:102] = 34
    marks[1::2, chance.random(PUPILS) < 0.01] = 23  # noqa: PLR2004 - D every afternoon
    return marks


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one-school"]:
        print(json.dumps(one_school(Path(sys.argv[2]))))
    else:
        main(*map(int, sys.argv[1:]))
