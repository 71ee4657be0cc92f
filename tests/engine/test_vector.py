import datetime as dt
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

from rules.engine import plain, vector
from rules.engine.frame import frame_of

WITHOUT_NUMBA = """
import sys
sys.modules["numba"] = None
try:
    import rules.engine.vector
except ImportError as error:
    print(type(error).__name__, error)
"""


@pytest.fixture
def frame(calendar):
    return frame_of(calendar, dt.date(2026, 4, 13), dt.date(2027, 1, 22))


def test_without_the_extra_a_sentence_says_what_to_install(root):
    command = [sys.executable, "-c", WITHOUT_NUMBA]

    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=root)

    assert "TrustExtraMissing" in done.stdout
    assert "firstbell[trust]" in done.stdout
    assert "rules.engine.plain" in done.stdout


def test_the_other_engines_load_neither_library(root):
    code = "import sys, rules.engine.plain, rules.engine.slow; print({'numba', 'numpy'} & sys.modules.keys())"

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=root)

    assert done.stdout.strip() == "set()"


def test_many_blocks_come_back_in_order_whatever_the_threads(made_up, frame):
    schools = [made_up(seed, 60 + 7 * seed, len(frame.sessions)) for seed in range(25)]

    streamed = vector.figures_of_blocks((vector.block_of(rows, frame) for rows in schools), frame, threads=2)

    for rows, figures in zip(schools, streamed, strict=True):
        assert figures.of_pupils() == plain.figures_of(rows, frame)


def test_only_a_few_blocks_are_held_while_they_stream(made_up, frame):
    made = 0

    def schools():
        nonlocal made
        for _ in range(200):
            made += 1
            yield block

    block = vector.block_of(made_up(1, 64, len(frame.sessions)), frame)
    streamed = vector.figures_of_blocks(schools(), frame, threads=2)

    next(streamed)

    assert made <= 9
    assert sum(1 for _ in streamed) == 199


def test_a_block_is_filled_up_to_whole_rows_and_the_filling_is_nobody(made_up, frame):
    rows = made_up(3, 513, len(frame.sessions))

    block = vector.block_of(rows, frame)
    figures = vector.figures_of_block(block, frame)

    assert block.marks.shape == (len(frame.sessions), 576)
    assert figures["possible"].shape == (513,)
    assert np.array_equal(figures["illness"], [one.illness for one in plain.figures_of(rows, frame)])


def test_codes_that_are_not_stored_side_by_side_are_refused(frame):
    scattered = replace(frame, law=replace(frame.law, threshold_bytes=bytes([19, 21])))

    with pytest.raises(ValueError, match="plain"):
        vector.figures_of([], scattered)


def test_a_window_that_a_byte_cannot_count_is_refused(frame):
    wide = replace(frame, law=replace(frame.law, window_weeks=30))

    with pytest.raises(ValueError, match="plain"):
        vector.figures_of([], wide)
