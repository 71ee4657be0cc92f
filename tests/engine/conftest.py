"""Made-up registers with everything that registers have, and how many of them to try."""

import random

import pytest

from firstbell.testing.calendars import example_calendar
from rules.codes import AttendanceCode, byte_of

BATCH = 2000
ORDINARY = 20_000

PRESENT = bytes(map(byte_of, (AttendanceCode.PRESENT_MORNING, AttendanceCode.PRESENT_AFTERNOON)))
ILL, N = byte_of(AttendanceCode.ILLNESS), byte_of(AttendanceCode.UNEXPLAINED)
LETTERS = ("I", "I", "I", "M", "O", "G", "U", "N", "L", "V", "C", "E", "D", "X", "Y1", "#", "C2")
SPELLS = bytes(byte_of(AttendanceCode(letter)) for letter in LETTERS) + b"\0"
ANY = bytes([0, *map(byte_of, AttendanceCode)])


def pytest_addoption(parser):
    parser.addoption("--pupils", type=int, default=ORDINARY, help="how many made-up pupils the engines must agree on")


def pytest_generate_tests(metafunc):
    if "seed" in metafunc.fixturenames:
        pupils = metafunc.config.getoption("--pupils", default=ORDINARY)
        metafunc.parametrize("seed", range(-(-pupils // BATCH)))


def overwrite(row, chance, how_often, bytes_to_use, lengths):
    """Spells of one code: each session begins one with this chance, and it lasts for one of these lengths."""
    at = int(chance.expovariate(how_often)) if how_often else len(row)
    while at < len(row):
        length = min(chance.choice(lengths), len(row) - at)
        row[at : at + length] = bytes([chance.choice(bytes_to_use)]) * length
        at += length + int(chance.expovariate(how_often))


def register(chance, sessions):
    """One pupil's year: spells of absence, odd codes, afternoons off, a late start or an early end, closures."""
    row = bytearray((PRESENT * sessions)[:sessions])
    overwrite(row, chance, chance.choice([0.005, 0.02, 0.02, 0.08, 0.3]), SPELLS, (1, 1, 2, 2, 4, 6, 10))
    overwrite(row, chance, chance.choice([0, 0, 0.01]), PRESENT[:1] + bytes([N, ILL]), (1, 20, 21, 60))
    overwrite(row, chance, chance.choice([0, 0, 0.01, 0.9]), ANY, (1,))
    if chance.random() < 0.05:
        row[1::2] = bytes([chance.choice(SPELLS)]) * len(row[1::2])
    if chance.random() < 0.1:
        row[: chance.randrange(sessions + 1)] = b""
        row = bytearray(sessions - len(row)) + row
    if chance.random() < 0.1:
        left = chance.randrange(sessions + 1)
        row[left:] = bytes(sessions - left)
    return bytes(row)


@pytest.fixture(scope="session")
def calendar():
    return example_calendar()


@pytest.fixture(scope="session")
def made_up():
    """`made_up(seed, pupils, sessions)`: registers of made-up pupils, the same for the same seed."""

    def registers(seed, pupils, sessions):
        chance = random.Random(seed)  # noqa: S311 - made-up registers, not secrets
        return [register(chance, sessions) for _ in range(pupils)] if sessions else [b""] * pupils

    return registers


@pytest.fixture(scope="session")
def batch():
    return BATCH
