"""The HTML part of a message: the same paragraphs as the text, on a plain page that any reader can use."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING
from urllib.parse import quote

from message_templates import FOLDER

if TYPE_CHECKING:
    from jinja2 import Template
    from markupsafe import Markup

BULLET = "- "


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph or, when `is_list`, a list with one line an item."""

    lines: tuple[str, ...]
    is_list: bool


def blocks_of(text: str) -> tuple[Block, ...]:
    """The paragraphs and lists of a plain text; a line that begins with "- " is an item, also below a paragraph."""
    blocks: list[Block] = []
    for paragraph in re.split(r"\n\s*\n", text.strip()):
        lines = [line.strip() for line in paragraph.splitlines()]
        plain = tuple(line for line in lines if not line.startswith(BULLET))
        items = tuple(line.removeprefix(BULLET) for line in lines if line.startswith(BULLET))
        blocks += [Block(found, is_list) for found, is_list in ((plain, False), (items, True)) if found]
    return tuple(blocks)


def html_of(subject: str, text: str, values: Mapping[str, object]) -> str:
    """The page: the subject as its heading, the text's paragraphs, the last of them small, and links to answer by."""
    return _filled("page.html", subject, text, _links(values))


def paper_of(subject: str, text: str, *, status: str = "", is_draft: bool = True) -> str:
    """The same for paper: an A4 page without links. `status` stands in a box above it, in print only on a draft."""
    return _filled("paper.html", subject, text, {}, status=status, is_draft=is_draft)


def _filled(page: str, subject: str, text: str, links: Mapping[str, str], **more: object) -> str:
    *blocks, footer = blocks_of(text)
    shown = [([_linked(line, links) for line in block.lines], block.is_list) for block in blocks]
    small = [_linked(line, links) for line in footer.lines]
    return page_template(page).render(subject=subject, blocks=shown, footer=small, **more)


def _links(values: Mapping[str, object]) -> dict[str, str]:
    """Each way to answer, as it stands in the text, and where a tap on it leads."""
    email, phone, link = (str(values.get(name, "")) for name in ("absence_email", "school_phone", "link"))
    subject = quote(str(values.get("reference", "")))
    found = {
        email: f"mailto:{quote(email, safe='@')}?subject={subject}",
        phone: "tel:" + re.sub(r"[^\d+]", "", phone),
        link: link if link.startswith("https://") else "",
    }
    return {words: target for words, target in found.items() if words and target}


def _linked(line: str, links: Mapping[str, str]) -> "Markup":
    """The line escaped, with the ways to answer as links."""
    from markupsafe import Markup  # noqa: PLC0415 - comes with Jinja2, which is imported where it is used

    if not links:
        return Markup("{}").format(line)
    parts = re.split("(" + "|".join(re.escape(words) for words in links) + ")", line)
    anchor = Markup('<a href="{}" style="color:#1d4f91">{}</a>')
    return Markup("").join(anchor.format(links[part], part) if part in links else part for part in parts)


@cache
def page_template(name: str) -> "Template":
    """A page of ours beside the templates, for values that are escaped as they are filled in."""
    from jinja2 import StrictUndefined  # noqa: PLC0415 - heavy: imported where it is used
    from jinja2.sandbox import SandboxedEnvironment  # noqa: PLC0415 - heavy: imported where it is used

    environment = SandboxedEnvironment(undefined=StrictUndefined, autoescape=True, trim_blocks=True, lstrip_blocks=True)
    return environment.from_string((FOLDER / name).read_text(encoding="utf-8"))
