"""rules and sheets_templates import the standard library, and rules; nothing of it that reaches outside."""

import sys

import pytest

PURE = ("rules", "sheets_templates")
# Numbers side by side need them, and no other module may: importing either takes longer than a school's whole morning.
VECTOR_ENGINE, ITS_LIBRARIES = "rules/engine/vector.py", {"numba", "numpy"}
REACHES_OUT = {"ftplib", "http", "imaplib", "logging", "smtplib", "socket", "sqlite3", "subprocess", "urllib"}


def offences(source):
    allowed = (sys.stdlib_module_names - REACHES_OUT) | {"rules", source.package}
    allowed |= ITS_LIBRARIES if source.path == VECTOR_ENGINE else set()
    return [f"{source.path}:{line} imports {name}" for line, name in source.imports() if name not in allowed]


def test_rules_and_layouts_import_only_the_standard_library(sources):
    found = [offence for source in sources if source.package in PURE for offence in offences(source)]

    assert found == [], "rules answer from their arguments: let the caller read, log or send"


def test_nobody_imports_the_vector_engine_unless_asked(sources):
    asking = [s.path for s in sources if "rules.engine.vector" in s.names.values() or "engine.vector" in s.text]

    assert asking == [], "import it in the function that needs it, or offer the plain engine"


@pytest.mark.parametrize(
    "text", ["import openpyxl", "from firstbell import ports", "import sqlite3", "import logging", "import numpy"]
)
def test_the_guard_sees(text, source):
    assert offences(source(text))
