"""rules and sheets_templates import the standard library, and rules; nothing of it that reaches outside."""

import sys

import pytest

PURE = ("rules", "sheets_templates")
REACHES_OUT = {"ftplib", "http", "imaplib", "logging", "smtplib", "socket", "sqlite3", "subprocess", "urllib"}


def offences(source):
    allowed = (sys.stdlib_module_names - REACHES_OUT) | {"rules", source.package}
    return [f"{source.path}:{line} imports {name}" for line, name in source.imports() if name not in allowed]


def test_rules_and_layouts_import_only_the_standard_library(sources):
    found = [offence for source in sources if source.package in PURE for offence in offences(source)]

    assert found == [], "rules answer from their arguments: let the caller read, log or send"


@pytest.mark.parametrize("text", ["import openpyxl", "from firstbell import ports", "import sqlite3", "import logging"])
def test_the_guard_sees(text, source):
    assert offences(source(text))
