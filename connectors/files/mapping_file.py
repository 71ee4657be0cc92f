"""Remembers, in a file people can read, which header holds which column: guessed once, confirmed once by a person."""

import json
import tomllib
from pathlib import Path
from typing import Any

from connectors.files.columns import Kind
from connectors.files.mapping import Mapping, fingerprint
from connectors.files.tables import Table
from firstbell.errors import BadInput, NeedsHuman

HEAD = """\
# Which column of each export holds what. Firstbell guessed these from the columns' names.
# Check each block against your export, put right what is wrong, and set confirmed = true.
# Once confirmed it is never guessed again; an export with other headers gets a block of its own.
"""
KEYS = {"kind", "confirmed", "headers", "not_used", "columns"}


class MappingFile:
    """`column-mapping.toml`: one block for each kind of export and set of headers."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def known(self, table: Table) -> Mapping | None:
        """The mapping remembered for a table's headers, confirmed or not."""
        wanted = (table.kind, fingerprint(table))
        return next((mapping for mapping in self.mappings() if (mapping.kind, mapping.headers) == wanted), None)

    def mappings(self) -> tuple[Mapping, ...]:
        """Every mapping remembered, confirmed or not. Raises BadInput."""
        try:
            text = self._path.read_text(encoding="utf-8-sig")
            blocks = tomllib.loads(text).get("export", [])
        except FileNotFoundError:
            return ()
        except (ValueError, RecursionError) as error:  # in the encoding, the TOML, or too many digits or brackets
            raise BadInput(self._path.name, f"what is not TOML ({error})", "a mapping file in UTF-8") from error
        except OSError as error:
            raise NeedsHuman(f"{self._path.name} can't be read: let Firstbell open it", self._path.name) from error
        is_shaped = isinstance(blocks, list) and all(isinstance(block, dict) for block in blocks)
        return tuple(self._mapping(block) for block in (blocks if is_shaped else [{}]))

    def remember(self, mapping: Mapping) -> None:
        """Write a mapping down, in place of the one for the same headers."""
        others = (m for m in self.mappings() if (m.kind, m.headers) != (mapping.kind, mapping.headers))
        self._write((*others, mapping))

    def _mapping(self, block: dict[str, Any]) -> Mapping:
        columns, headers, unused = (block.get(key) for key in ("columns", "headers", "not_used"))
        is_shaped = isinstance(columns, dict) and isinstance(headers, list) and isinstance(unused, list)
        if block.keys() != KEYS or not is_shaped or block["kind"] not in Kind or type(block["confirmed"]) is not bool:
            expected = "kind, confirmed, headers, not_used and columns, as Firstbell wrote them"
            raise BadInput(self._path.name, "a block we can't read", expected)
        texts = {str(column): str(header) for column, header in block["columns"].items()}
        return Mapping(
            Kind(block["kind"]),
            texts,
            tuple(block["headers"]),
            tuple(block["not_used"]),
            is_confirmed=block["confirmed"],
        )

    def _write(self, mappings: tuple[Mapping, ...]) -> None:
        written = self._path.with_name(self._path.name + ".new")
        written.write_text(HEAD + "".join(map(_block, mappings)), encoding="utf-8", newline="\n")
        written.replace(self._path)


def _block(mapping: Mapping) -> str:
    lines = [
        "",
        "[[export]]",
        f"kind = {_quoted(mapping.kind)}",
        f"confirmed = {'true' if mapping.is_confirmed else 'false'}",
        f"headers = [{', '.join(map(_quoted, mapping.headers))}] # how this export is known again",
        f"not_used = [{', '.join(map(_quoted, mapping.unmapped))}]",
        "[export.columns]",
        *(f"{column} = {_quoted(header)}" for column, header in mapping.columns.items()),
    ]
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    """A TOML basic string; JSON's escapes are all TOML escapes too."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007F")
