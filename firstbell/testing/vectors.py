"""Reading vectors: cases of a rule that an attendance officer can read and write, kept as YAML beside the tests.

Reading is strict, because a case that is silently dropped proves nothing: a name used twice, a key used twice, and a
key nobody reads are all errors. Dates, codes and numbers in quotes stay text.
"""

from collections.abc import Hashable
from pathlib import Path
from typing import Any

import yaml


class BadVectors(ValueError):
    """A vector file breaks its format; the message names the file and what is wrong."""


class _StrictLoader(yaml.SafeLoader):
    """YAML that refuses a key used twice, where plain PyYAML keeps the last one."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:  # noqa: FBT001, FBT002 - PyYAML's signature
        keys = [self.construct_object(key) for key, _ in node.value]
        if len(keys) != len(set(keys)):
            raise BadVectors(f"line {node.start_mark.line + 1}: a key is used twice among {keys}")
        return super().construct_mapping(node, deep)


def read_vectors(path: Path, *, given: set[str], expect: set[str]) -> list[dict[str, Any]]:
    """The vectors of one file. Each has `name`, `expect`, and may have `why` and the keys in `given`."""
    vectors = yaml.load(path.read_text(encoding="utf-8"), _StrictLoader)  # noqa: S506 - a SafeLoader, only stricter
    names = [vector.get("name") for vector in vectors]
    if len(names) != len(set(names)):
        raise BadVectors(f"{path.name}: a name is used twice")
    for vector in vectors:
        _check(vector, {"name", "why", "expect"} | given, path.name)
        _check(vector["expect"], expect, f"{path.name}, {vector['name']}, expect")
    return list(vectors)


def _check(found: dict[str, Any], known: set[str], where: str) -> None:
    unknown = found.keys() - known
    if unknown:
        raise BadVectors(f"{where}: nobody reads {sorted(unknown)}")
