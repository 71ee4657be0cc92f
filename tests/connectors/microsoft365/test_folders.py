"""Restricted folders in SharePoint, through the real SDK, against the tenant of pretence."""

import datetime as dt
from dataclasses import replace

import pytest

from connectors.microsoft365.documents import FRAGMENT
from connectors.microsoft365.folders import GraphFolders
from firstbell.errors import GiveUp, Misconfigured, NeedsHuman, RetryLater
from firstbell.testing.folders_conformance import DSL, HEAD, FoldersConformance, FoldersRig
from firstbell.testing.microsoft.faults import Kind
from firstbell.testing.microsoft.files import Drive
from firstbell.testing.microsoft.grants import Grant
from firstbell.testing.microsoft.sharing import let_group_in, let_in, make_link, open_in_excel, own_grants
from tests.connectors.microsoft365.sharepoint import LIBRARY, SITE, open_sharepoint

STRANGER = "supply@example.org"


@pytest.fixture(scope="module")
def listening(tmp_path_factory):
    with open_sharepoint(tmp_path_factory.mktemp("tenant")) as sharepoint:
        yield sharepoint


@pytest.fixture
def school(listening):
    listening.empty()
    yield listening
    assert listening.tenant.violations == []


class TestGraphFoldersConform(FoldersConformance):
    @pytest.fixture
    def rig(self, school):
        return FoldersRig(
            school.folders, school.another_run, school.documents, lambda folder: let_in(school.item(folder), STRANGER)
        )


def test_each_way_of_letting_others_in_is_seen(school):
    school.folders.set_access("case-1", frozenset({HEAD}))
    folder = school.item("case-1")
    let_group_in(folder, "All staff")
    make_link(folder, "organization")
    make_link(folder, "anonymous")
    make_link(folder, "users", people=(STRANGER,))
    own_grants(folder).append(Grant("program", "write", app="another"))

    assert school.folders.access("case-1") == {HEAD, "a group", "everyone", "anyone", STRANGER, "a program"}


def test_setting_the_access_takes_away_every_link_and_group_and_whoever_was_let_in(school):
    school.folders.set_access("case-1", frozenset({HEAD}))
    folder = school.item("case-1")
    let_group_in(folder, "All staff")
    make_link(folder, "anonymous")
    make_link(folder, "users", people=(HEAD,))
    let_in(folder, STRANGER)

    school.another_run().set_access("case-1", frozenset({HEAD, DSL}))

    assert [(grant.people, grant.scope) for grant in folder.who] == [((DSL,), ""), ((HEAD,), "")]


def test_the_same_access_again_changes_nothing(school):
    school.folders.set_access("case-1", frozenset({HEAD}))
    before = list(school.item("case-1").who)
    school.tenant.seen.clear()

    school.another_run().set_access("case-1", frozenset({HEAD.upper()}))

    assert school.item("case-1").who == before
    assert school.asked() == ["GET {item-path}", "GET permissions"]


def test_many_folders_are_read_back_in_batches_of_twenty(school):
    names = [f"case-{number}" for number in range(45)]
    for name in names:
        school.folders.set_access(name, frozenset({HEAD}))
    make_link(school.item("case-30"), "anonymous")
    school.tenant.seen.clear()

    found = school.another_run().access_to_each(names)

    assert found == {name: {HEAD} for name in names} | {"case-30": {HEAD, "anyone"}}
    assert school.asked().count("POST $batch") == 2 * 3
    assert sum(seen.held for seen in school.tenant.seen) == len(school.asked()) - 2 * 3


@pytest.mark.parametrize("kind", [Kind.THROTTLED, Kind.UNAVAILABLE, Kind.NOT_JSON, Kind.GATEWAY_AFTER, Kind.LEFT_OUT])
@pytest.mark.parametrize("where", ["GET .*/permissions", "GET .*root:", r"POST .*\$batch"])
def test_what_a_batch_refuses_of_a_folder_is_asked_for_again_and_never_taken_for_nobody(school, kind, where):
    for name in ("case-1", "case-2"):
        school.folders.set_access(name, frozenset({HEAD}))
    make_link(school.item("case-1"), "anonymous")
    school.goes_wrong(kind, where)

    assert school.another_run().access_to_each(["case-1", "case-2"]) == {"case-1": {HEAD, "anyone"}, "case-2": {HEAD}}


@pytest.mark.parametrize("kind", [Kind.UNAVAILABLE, Kind.HALF])
@pytest.mark.parametrize("where", ["GET .*/permissions", "GET .*root:"])
def test_a_folder_that_can_not_be_read_back_is_told_and_not_passed_over(school, kind, where):
    for name in ("case-1", "case-2"):
        school.folders.set_access(name, frozenset({HEAD}))
    school.goes_wrong(kind, where, times=9)

    with pytest.raises(RetryLater):
        school.another_run().access_to_each(["case-1", "case-2"])


def test_a_file_where_a_folder_should_be_does_not_hide_the_other_folders(school):
    school.folders.set_access("case-2", frozenset({HEAD}))
    school.drive.add(school.drive.root, "case-1", b"a file", school.clock.now(), "a person")

    found = school.another_run().access_to_each(["case-1", "case-2"])

    assert isinstance(found["case-1"], NeedsHuman)
    assert found["case-2"] == {HEAD}


def test_a_new_folder_is_closed_read_back_and_looked_at_once_more_before_anything_goes_in(school):
    school.folders.set_access("case-1", frozenset({HEAD}))
    school.folders.put("case-1", "letter.pdf", b"%PDF")

    closing = ["GET {item-path}", "POST children", "POST invite", "GET permissions"]
    assert school.asked() == [*closing, "GET permissions", "PUT content"]


def test_a_folder_that_was_closed_in_this_run_and_is_seen_open_is_looked_at_again_before_anything_goes_in(school):
    school.folders.set_access("case-1", frozenset({HEAD}))
    make_link(school.item("case-1"), "organization")
    assert "everyone" in school.folders.access("case-1")

    with pytest.raises(NeedsHuman, match="named one by one"):
        school.folders.put("case-1", "letter.pdf", b"%PDF")

    assert school.documents() == {}


def test_a_folder_stops_inheriting_when_the_first_people_are_let_in(school):
    let_group_in(school.drive.root, "Owners")

    school.folders.set_access("case-1", frozenset({HEAD}))
    let_group_in(school.drive.root, "All staff")

    assert school.folders.access("case-1") == {HEAD}


def test_a_folder_of_nobody_in_a_library_that_others_may_open_is_no_folder_of_nobody(school):
    let_group_in(school.drive.root, "All staff")

    with pytest.raises(NeedsHuman, match="remove the others"):
        school.folders.set_access("case-1", frozenset())


@pytest.mark.parametrize(("let", "whom"), [(let_group_in, "All staff"), (let_in, STRANGER)])
def test_nothing_is_put_into_a_new_folder_of_a_library_that_others_may_open(school, let, whom):
    let(school.drive.root, whom)

    with pytest.raises(NeedsHuman, match="to nobody"):
        school.folders.put("case-1", "letter.pdf", b"%PDF")

    assert school.documents() == {}


def test_nothing_is_put_into_a_folder_that_a_link_lets_everyone_into(school):
    school.folders.set_access("case-1", frozenset({HEAD}))
    make_link(school.item("case-1"), "organization")

    with pytest.raises(NeedsHuman, match="named one by one"):
        school.another_run().put("case-1", "letter.pdf", b"%PDF")

    assert school.documents() == {}


def test_nobody_gets_a_mail_of_invitation_and_everybody_must_sign_in(school):
    """The sandbox refuses any other invitation."""
    school.folders.set_access("case-1", frozenset({HEAD}))

    assert "POST invite" in school.asked()


def test_an_address_that_nobody_has_is_for_a_person_to_put_right(school):
    school.tenant.strangers.add("hed@example.org")

    with pytest.raises(NeedsHuman, match="check the staff in the settings") as stop:
        school.folders.set_access("case-1", frozenset({HEAD, "hed@example.org"}))

    assert "hed" not in str(stop.value)


def test_a_document_that_somebody_has_open_is_not_replaced_and_says_so(school):
    school.folders.put("case-1", "list.xlsx", b"first")
    open_in_excel(school.item("case-1/list.xlsx"), HEAD)

    with pytest.raises(NeedsHuman, match="close it"):
        school.folders.put("case-1", "list.xlsx", b"second")

    assert school.documents() == {("case-1", "list.xlsx"): b"first"}


def test_something_else_in_the_place_of_a_folder_is_left_alone(school):
    school.drive.add(school.drive.root, "case-1", b"a file", school.tenant.clock(), HEAD)

    with pytest.raises(NeedsHuman, match="rename it"):
        school.folders.put("case-1", "letter.pdf", b"%PDF")


BIG = bytes(range(256)) * (2 * FRAGMENT // 256) + b"and the end"


def test_a_large_document_goes_in_fragments(school):
    school.folders.put("case-1", "big.pdf", BIG)

    assert school.documents() == {("case-1", "big.pdf"): BIG}
    assert school.asked()[-4:] == ["POST createUploadSession", *["PUT "] * 3]


@pytest.mark.parametrize("kind", [Kind.GATEWAY, Kind.GATEWAY_AFTER, Kind.DROPPED, Kind.DROPPED_AFTER, Kind.THROTTLED])
@pytest.mark.parametrize("fragment", [0, 1, 2])
def test_a_large_document_is_whole_whatever_happens_to_a_fragment(school, kind, fragment):
    school.goes_wrong(kind, "PUT /upload/", passing=fragment, retry_after="1")

    school.folders.put("case-1", "big.pdf", BIG)

    assert school.documents() == {("case-1", "big.pdf"): BIG}


def test_a_large_document_that_somebody_has_open_is_not_replaced(school):
    school.folders.put("case-1", "big.pdf", BIG)
    open_in_excel(school.item("case-1/big.pdf"), HEAD)

    with pytest.raises(NeedsHuman, match="close it"):
        school.folders.put("case-1", "big.pdf", BIG + b"more")


@pytest.mark.parametrize("kind", [Kind.GATEWAY_AFTER, Kind.DROPPED_AFTER])
@pytest.mark.parametrize("where", ["GET .*/permissions", "POST .*/children", "POST .*/invite", "PUT .*/content"])
def test_an_answer_that_is_lost_makes_nothing_twice(school, kind, where):
    school.goes_wrong(kind, where)

    school.folders.set_access("case-1", frozenset({HEAD}))
    school.folders.put("case-1", "letter.pdf", b"%PDF")

    assert school.folders.access("case-1") == {HEAD}
    assert school.documents() == {("case-1", "letter.pdf"): b"%PDF"}


@pytest.mark.parametrize(
    ("kind", "error"),
    [(Kind.UNAVAILABLE, RetryLater), (Kind.NOT_JSON, RetryLater), (Kind.FULL, NeedsHuman)],
)
def test_a_fault_that_lasts_is_told_as_what_to_do(school, kind, error):
    school.goes_wrong(kind, times=9)

    with pytest.raises(error):
        school.folders.put("case-1", "letter.pdf", b"%PDF")


def test_a_library_that_was_not_given_to_firstbell_is_a_matter_of_the_set_up(school):
    school.tenant.apps["firstbell"] = replace(school.tenant.apps["firstbell"], sites=frozenset())

    with pytest.raises(Misconfigured, match="firstbell doctor"):
        school.folders.access("case-1")


def test_a_library_that_is_not_there_is_a_matter_of_the_set_up(school):
    with pytest.raises(Misconfigured, match="not there"):
        GraphFolders(school.graph, "no-such-library").set_access("case-1", frozenset({HEAD}))


def test_a_new_folder_that_does_not_show_in_lists_yet_is_found_by_the_next_run(school):
    school.drive.lag = dt.timedelta(days=1)
    school.folders.put("case-1", "letter.pdf", b"%PDF")

    school.another_run().put("case-1", "letter.pdf", b"%PDF 2")

    assert school.documents() == {("case-1", "letter.pdf"): b"%PDF 2"}


def test_many_people_come_in_pages(school, monkeypatch):
    monkeypatch.setattr("firstbell.testing.microsoft.drives.PAGE", 2)
    people = frozenset(f"teacher{number}@example.org" for number in range(5))

    school.folders.set_access("case-1", people)

    assert school.folders.access("case-1") == people


def test_an_unsafe_name_is_refused_before_anything_is_asked(school):
    with pytest.raises(GiveUp):
        school.folders.put("case-1", "a/../b", b"x")

    assert school.asked() == []


def test_another_library_is_not_touched(school):
    school.tenant.drives["other"] = Drive.empty("other", SITE, school.tenant.clock(), {"All staff": "write"})

    school.folders.put("case-1", "letter.pdf", b"%PDF")

    assert school.tenant.drives["other"].all_items == [school.tenant.drives["other"].root]
    assert school.drive is school.tenant.drives[LIBRARY]
