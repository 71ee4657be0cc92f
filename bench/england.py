"""England: 9 million pupils, 3.4 thousand million marks, streamed through the vector engine school by school.

    .venv/bin/python bench/england.py [MILLION PUPILS]

The marks are 200 made-up schools, all different, 115 MB, several times what this machine's caches hold, passed through
thirty times: so it is England's work and England's reading, though not 24,000 different schools. The yardstick copies
the same bytes the same way, on one thread. The memory is the most the process ever held (Linux;
`resource` is not on Windows).
"""

import resource
import sys
import time
from itertools import chain, repeat
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import numpy as np

from bench.trust import PUPILS, SESSIONS, THREADS, as_block, frame_of_a_year, made_up_school
from rules.engine.vector import figures_of_block, figures_of_blocks

SCHOOLS = 200


def main(millions: float = 9) -> None:
    rounds = round(millions * 1e6 / (SCHOOLS * PUPILS))
    frame = frame_of_a_year()
    blocks = [as_block(made_up_school(seed)) for seed in range(SCHOOLS)]
    figures_of_block(blocks[0], frame)
    copied = seconds_to_copy(blocks, rounds)
    print(f"{rounds * SCHOOLS * PUPILS / 1e6:.1f} M pupils, {rounds * SCHOOLS * PUPILS * SESSIONS / 1e9:.2f} G marks")
    print(f"copying the bytes           {copied:8.2f} s")
    for threads in (1, THREADS):
        many = chain.from_iterable(repeat(blocks, rounds))
        took = timed(lambda many=many, n=threads: print(found_in(figures_of_blocks(many, frame, n))))
        print(f"all figures, {threads} thread(s)    {took:8.2f} s  {took / copied:6.1f} x")
    print(f"most memory held            {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6:8.2f} GB")


def seconds_to_copy(blocks, rounds: int) -> float:  # type: ignore[no-untyped-def]  # noqa: ANN001
    copies = [np.ones_like(block.marks) for block in blocks]  # written once, so that the pages are there
    begun = time.perf_counter()
    for _ in range(rounds):
        for block, copy in zip(blocks, copies, strict=True):
            np.copyto(copy, block.marks)
    return time.perf_counter() - begun


def found_in(streamed) -> str:  # type: ignore[no-untyped-def]  # noqa: ANN001
    """What the country comes to, so that every column is read as it comes."""
    possible = missed = persistent = severe = pupils = 0
    for figures in streamed:
        pupils += figures.columns.shape[1]
        possible += int(figures["possible"].sum())
        missed += int(figures["authorised"].sum()) + int(figures["unauthorised"].sum())
        persistent += int(figures["is_persistently_absent"].sum())
        severe += int(figures["is_severely_absent"].sum())
    return (
        f"absence {missed / possible:.1%}, persistently absent {persistent / pupils:.1%}, "
        f"severely {severe / pupils:.1%} of {pupils:,} pupils"
    )


def timed(work) -> float:  # type: ignore[no-untyped-def]  # noqa: ANN001
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


if __name__ == "__main__":
    main(*map(float, sys.argv[1:]))
