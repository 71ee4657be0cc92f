"""Excel in the sandbox, as a program that signed in meets it: sessions, ranges, tables, and what goes wrong."""

import datetime as dt
import io

import pytest
from openpyxl import load_workbook

from connectors._xlsx.drawing import drawn
from firstbell.records import SheetRows
from firstbell.testing.microsoft import drive_content, drives, workbooks
from firstbell.testing.microsoft.apps import App
from firstbell.testing.microsoft.asking import Program, code_of
from firstbell.testing.microsoft.files import Drive
from firstbell.testing.microsoft.sandbox import Sandbox
from firstbell.testing.microsoft.tenant import Tenant
from firstbell.testing.workbook_conformance import ALICIA, AS_AT, LAYOUT, ZOE

NOW = dt.datetime(2026, 11, 24, 9, 30, tzinfo=dt.UTC)
TODAY = "/tables/firstbell_Today"


class Client(Program):
    """Works in one workbook of two rows, in a session of its own unless told otherwise."""

    def __init__(self):
        self.now = NOW
        tenant = Tenant("tenant", lambda: self.now)
        tenant.apps["firstbell"] = App("firstbell", sites=frozenset({"site"}))
        tenant.tokens["token"] = ("firstbell", NOW + dt.timedelta(days=1))
        drive = tenant.drives["books"] = Drive.empty("books", "site", NOW, {})
        rows = [SheetRows("Today", {"a": ALICIA, "z": ZOE})]
        content = drawn(None, LAYOUT, rows, as_at=AS_AT, file="Trial", is_shared=True)
        self.item = drive.add(drive.root, "Trial.xlsx", content, NOW, "somebody")
        self.tenant = tenant
        super().__init__(Sandbox(tenant, [*drives.ROUTES, *drive_content.ROUTES, *workbooks.ROUTES]))

    def begin(self, *, persists=True):
        self.session = self.of_workbook("POST", "/createSession", {"persistChanges": persists}).body["id"]

    def of_workbook(self, method, path, body=b"", **headers):
        return self.ask(method, f"/drives/books/items/{self.item.id}/workbook{path}", body, **headers)

    def work(self, method, path, body=b""):
        return self.of_workbook(method, path, body, workbook_session_id=self.session)

    def pupils(self):
        return [row["values"][0][1] for row in self.work("GET", f"{TODAY}/rows").body["value"]]

    def downloaded(self):
        where = self.ask("GET", f"/drives/books/items/{self.item.id}/content").headers["Location"]
        return load_workbook(io.BytesIO(self.ask("GET", where).body))


@pytest.fixture
def excel():
    client = Client()
    client.begin()
    yield client
    assert client.tenant.violations == []


def column(*values):
    return {"values": [["Pupil"], *([value] for value in values)]}


def test_a_column_is_written_by_its_name_and_null_leaves_a_cell(excel):
    answer = excel.work("PATCH", f"{TODAY}/columns/Pupil", column(None, "Somebody"))

    assert answer.status == 200
    assert excel.pupils() == ["Alicia Test", "Somebody"]


def test_a_column_of_another_number_of_rows_or_another_name_is_refused(excel):
    short = excel.work("PATCH", f"{TODAY}/columns/Pupil", column("one row"))
    unknown = excel.work("PATCH", f"{TODAY}/columns/Pupils", column("a", "b"))

    assert (short.status, unknown.status) == (400, 404)
    assert excel.pupils() == ["Alicia Test", "Zoë Test"]


def test_a_row_comes_whole_where_it_is_told_and_one_of_another_width_is_refused(excel):
    row = ["m", "Michael Test", 1, None, None, None, None]
    added = excel.work("POST", f"{TODAY}/rows/add", {"index": 1, "values": [row]})
    wide = excel.work("POST", f"{TODAY}/rows/add", {"index": None, "values": [[*row, "x"]]})

    assert (added.status, wide.status) == (201, 400)
    assert excel.pupils() == ["Alicia Test", "Michael Test", "Zoë Test"]


def test_a_row_is_deleted_by_its_number_whosever_it_is(excel):
    assert excel.work("DELETE", f"{TODAY}/rows/itemAt(index=0)").status == 204
    assert excel.work("GET", f"{TODAY}/rows/itemAt(index=1)").status == 400
    assert excel.pupils() == ["Zoë Test"]


def test_what_is_used_is_told_with_formulas_and_formats(excel):
    used = excel.work("GET", "/worksheets/Today/usedRange?$select=address,values,formulas,numberFormat").body

    assert used["address"] == "Today!A1:G7"
    assert used["values"][2][1] == f"As at {AS_AT}"
    assert used["formulas"][2][1] == "='Firstbell as at'!$B$1"
    assert (used["values"][5][3], used["numberFormat"][5][3]) == (46353, "dd/mm/yyyy")


@pytest.mark.parametrize(
    ("entered", "shown", "kind"),
    [("=1+1", "#N/A", "f"), ("'=1+1", "=1+1", "s"), ("007", 7, "n"), ("'007", "007", "s"), ("2026-11-27", 46353, "d")],
)
def test_excel_takes_text_for_what_it_looks_like_unless_it_is_marked(excel, entered, shown, kind):
    excel.work("PATCH", "/worksheets/Today/range(address='J20')", {"values": [[entered]]})

    assert excel.work("GET", "/worksheets/Today/range(address='J20')").body["values"] == [[shown]]
    assert excel.tenant.workbooks.live[excel.item.id].book["Today"]["J20"].data_type == kind


def test_a_session_ends_after_five_idle_minutes_and_can_be_made_again(excel):
    excel.now += dt.timedelta(minutes=6)

    answer = excel.work("GET", "/worksheets")

    assert (answer.status, code_of(answer)) == (404, "invalidSessionReCreatable")
    assert excel.item.open_by == set()


def test_what_is_written_without_a_session_is_answered_and_lost(excel):
    answer = excel.of_workbook("PATCH", f"{TODAY}/columns/Pupil", column("x", "y"))

    assert answer.status == 200
    assert excel.pupils() == ["Alicia Test", "Zoë Test"]


def test_a_write_is_another_version_at_once_and_another_download_only_later(excel):
    before = excel.item.etag
    excel.work("PATCH", f"{TODAY}/columns/Pupil", column("x", "y"))

    assert excel.item.etag != before
    assert excel.downloaded()["Today"]["B6"].value == "Alicia Test"
    excel.now += dt.timedelta(seconds=20)
    assert excel.downloaded()["Today"]["B6"].value == "x"


def test_a_file_in_a_session_can_not_be_replaced(excel):
    where = f"/drives/books/items/{excel.item.id}/content"

    assert excel.ask("PUT", where, excel.item.content).status == 423
    assert excel.work("POST", "/closeSession").status == 204
    assert excel.ask("PUT", where, excel.item.content).status == 200


def test_programs_labels_and_files_that_are_held_are_refused_each_with_its_code(excel):
    codes = []
    for refused in ({"held": {excel.item.id}}, {"labelled": {excel.item.id}}, {"refuses_apps": True}):
        vars(excel.tenant.workbooks).update({"held": set(), "labelled": set(), **refused})
        codes.append(code_of(excel.of_workbook("POST", "/createSession", {"persistChanges": True})))

    assert codes == ["accessConflict", "OpenWorkbookAccessDenied", "accessDeniedUncategorized"]


def test_a_protected_sheet_refuses_locked_cells_and_rows_until_it_is_open_again(excel):
    excel.work("POST", "/worksheets/Today/protection/protect", {})

    assert excel.work("PATCH", f"{TODAY}/columns/Pupil", column("x", "y")).status == 403
    assert excel.work("DELETE", f"{TODAY}/rows/itemAt(index=0)").status == 403
    excel.work("POST", "/worksheets/Today/protection/unprotect")
    assert excel.work("PATCH", f"{TODAY}/columns/Pupil", column("x", "y")).status == 200
