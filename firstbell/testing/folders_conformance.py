"""What any restricted folders must do. A test class inherits this; its fixture `rig` says how to drive the adapter."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from firstbell.errors import GiveUp
from firstbell.ports import Folders

HEAD, DSL = "head@example.org", "dsl@example.org"
UNSAFE_NAMES = [
    *("", ".", "..", "../../x", "a/b", "a\\b", "/etc/x", "C:\\x", "C:x", "CON", "nul.txt", "Com1.pdf", "aux"),
    *(
        "x\0y",
        "x\ny",
        "trailing.",
        "trailing ",
        " leading",
        ".hidden",
        "-flag",
        "x" * 121,
        "Zoë",
        "a\u202eb",
        "a:b",
        "~",
    ),
]


@dataclass(frozen=True, slots=True)
class FoldersRig:
    """Folders under test. `documents` gives what is really there by (folder, name); `drift` lets in, by hand, more
    people than were set.
    """

    folders: Folders
    another_run: Callable[[], Folders]
    documents: Callable[[], dict[tuple[str, str], bytes]]
    drift: Callable[[str], None]


class FoldersConformance:
    """The promises of the Folders port, on whatever is behind it."""

    def test_a_document_is_put_byte_for_byte(self, rig: FoldersRig) -> None:
        rig.folders.put("case-1", "letter 1.pdf", b"%PDF\r\n\0")

        assert rig.documents() == {("case-1", "letter 1.pdf"): b"%PDF\r\n\0"}

    def test_the_same_name_again_replaces_it(self, rig: FoldersRig) -> None:
        rig.folders.put("case-1", "letter.pdf", b"a long first version")
        rig.folders.put("case-1", "letter.pdf", b"second")

        assert rig.documents() == {("case-1", "letter.pdf"): b"second"}

    def test_the_same_name_in_another_folder_is_another_document(self, rig: FoldersRig) -> None:
        rig.folders.put("case-1", "letter.pdf", b"one")
        rig.folders.put("case-2", "letter.pdf", b"two")

        assert rig.documents() == {("case-1", "letter.pdf"): b"one", ("case-2", "letter.pdf"): b"two"}

    @pytest.mark.parametrize("name", UNSAFE_NAMES)
    def test_an_unsafe_name_of_a_document_is_refused(self, rig: FoldersRig, name: str) -> None:
        with pytest.raises(GiveUp) as refused:
            rig.folders.put("case-1", name, b"x")

        assert "\0" not in str(refused.value)
        assert rig.documents() == {}

    @pytest.mark.parametrize("name", UNSAFE_NAMES)
    def test_an_unsafe_name_of_a_folder_is_refused(self, rig: FoldersRig, name: str) -> None:
        for attempt in (
            lambda: rig.folders.put(name, "letter.pdf", b"x"),
            lambda: rig.folders.set_access(name, frozenset({HEAD})),
            lambda: rig.folders.access(name),
            lambda: rig.folders.access_to_each(["case-1", name]),
        ):
            with pytest.raises(GiveUp):
                attempt()

        assert rig.documents() == {}

    def test_nobody_may_open_a_folder_until_somebody_is_let_in(self, rig: FoldersRig) -> None:
        rig.folders.put("case-1", "letter.pdf", b"x")

        assert rig.folders.access("case-1") == frozenset()

    def test_exactly_the_people_named_may_open_it(self, rig: FoldersRig) -> None:
        rig.folders.set_access("case-1", frozenset({HEAD, DSL}))
        rig.folders.set_access("case-1", frozenset({HEAD}))

        assert rig.folders.access("case-1") == {HEAD}
        assert rig.another_run().access("case-1") == {HEAD}

    def test_access_to_one_folder_says_nothing_of_another(self, rig: FoldersRig) -> None:
        rig.folders.set_access("case-1", frozenset({HEAD}))

        assert rig.folders.access("case-2") == frozenset()

    def test_putting_a_document_lets_nobody_else_in(self, rig: FoldersRig) -> None:
        rig.folders.set_access("case-1", frozenset({HEAD}))

        rig.folders.put("case-1", "letter.pdf", b"x")

        assert rig.folders.access("case-1") == {HEAD}

    def test_reading_back_shows_that_more_people_were_let_in(self, rig: FoldersRig) -> None:
        rig.folders.set_access("case-1", frozenset({HEAD}))

        rig.drift("case-1")

        assert rig.folders.access("case-1") > {HEAD}

    def test_many_folders_are_read_back_as_each_is(self, rig: FoldersRig) -> None:
        rig.folders.set_access("case-1", frozenset({HEAD}))
        rig.folders.set_access("case-2", frozenset({HEAD, DSL}))
        rig.drift("case-2")
        names = ["case-1", "case-2", "case-3"]

        found = rig.another_run().access_to_each(names)

        assert found == {name: rig.folders.access(name) for name in names}
        assert found["case-1"] == frozenset({HEAD})
        assert found["case-3"] == frozenset()

    def test_no_folders_are_read_back_as_nothing(self, rig: FoldersRig) -> None:
        assert rig.folders.access_to_each([]) == {}

    def test_setting_the_access_again_mends_it(self, rig: FoldersRig) -> None:
        rig.folders.set_access("case-1", frozenset({HEAD}))
        rig.drift("case-1")

        rig.folders.set_access("case-1", frozenset({HEAD}))

        assert rig.folders.access("case-1") == {HEAD}
