"""The pack as a page to read, print and sign, and as Markdown for our own documentation."""

import datetime as dt
from collections.abc import Iterable

from firstbell.data_protection.pack import PackSection
from firstbell.messages.page import page_template
from rules.calendar.sessions import in_words


def pack_page(school: str, drawn_on: dt.date, sections: Iterable[PackSection]) -> str:
    """One HTML page: accessible headings and tables, A4 in print."""
    template = page_template("data_protection.html")
    return template.render(school=school, drawn_on=in_words(drawn_on), sections=tuple(sections))


def pack_markdown(sections: Iterable[PackSection]) -> str:
    """The same sections as Markdown, each under a third-level heading."""
    return "\n\n".join(_section(section) for section in sections)


def _section(section: PackSection) -> str:
    parts = [f"### {section.title}", "\n".join(section.sentences)]
    if section.header:
        lines = [section.header, ("---",) * len(section.header), *section.rows]
        parts.append("\n".join(f"| {' | '.join(map(_cell, line))} |" for line in lines))
    return "\n\n".join(part for part in parts if part)


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
