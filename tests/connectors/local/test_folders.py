"""Restricted folders on disk."""

import os
import stat

import pytest

from connectors.local.folders import EVERYONE, LocalFolders
from firstbell.errors import Misconfigured, NeedsHuman
from firstbell.testing.folders_conformance import HEAD, FoldersConformance, FoldersRig


def can_close_folders(folder):
    probe = folder / "probe"
    probe.mkdir(mode=0o700)
    is_closed = probe.stat().st_mode & 0o077 == 0
    probe.rmdir()
    return is_closed


@pytest.fixture
def folders(tmp_path):
    if not can_close_folders(tmp_path):
        pytest.skip("this disk can't close a folder to other accounts")
    return LocalFolders(tmp_path)


class TestLocalFoldersConform(FoldersConformance):
    @pytest.fixture
    def rig(self, folders, tmp_path):
        def documents():
            found = (path for path in tmp_path.glob("*/*") if path.parent.name != ".access")
            return {(path.parent.name, path.name): path.read_bytes() for path in found}

        return FoldersRig(
            folders, lambda: LocalFolders(tmp_path), documents, lambda folder: (tmp_path / folder).chmod(0o755)
        )


def test_a_folder_is_closed_before_anything_is_in_it(folders, tmp_path, monkeypatch):
    modes = []
    monkeypatch.setattr(os, "fsync", lambda _: modes.append(stat.S_IMODE((tmp_path / "case-1").stat().st_mode)))

    folders.put("case-1", "letter.pdf", b"x")

    assert modes
    assert set(modes) == {0o700}


def test_a_folder_that_was_opened_up_shows_everyone(folders, tmp_path):
    folders.set_access("case-1", frozenset({HEAD}))

    (tmp_path / "case-1").chmod(0o750)

    assert folders.access("case-1") == {HEAD, EVERYONE}


def test_a_disk_that_can_not_close_folders_is_never_claimed_to(folders, tmp_path, monkeypatch):
    monkeypatch.setattr(type(tmp_path), "chmod", lambda *_: None)
    monkeypatch.setattr(type(tmp_path), "mkdir", lambda self, **_: os.makedirs(self, exist_ok=True))  # noqa: PTH103

    folders.set_access("case-1", frozenset({HEAD}))

    assert EVERYONE in folders.access("case-1")


def test_a_folder_swapped_for_a_link_is_not_followed(folders, tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir()
    (tmp_path / "case-1").symlink_to(outside)

    with pytest.raises(NeedsHuman, match="link"):
        folders.put("case-1", "letter.pdf", b"x")

    assert list(outside.iterdir()) == []


@pytest.mark.parametrize("content", [b"", b"\xff", b"{", b"7"])
def test_a_list_that_can_not_be_read_is_for_a_person(folders, tmp_path, content):
    folders.set_access("case-1", frozenset({HEAD}))
    (tmp_path / ".access" / "case-1.json").write_bytes(content)

    with pytest.raises(NeedsHuman, match="set the access again"):
        folders.access("case-1")


def test_folders_that_can_not_be_written_are_misconfigured(tmp_path):
    (tmp_path / "restricted").write_bytes(b"")

    with pytest.raises(Misconfigured, match="restricted folders"):
        LocalFolders(tmp_path / "restricted").put("case-1", "letter.pdf", b"x")
