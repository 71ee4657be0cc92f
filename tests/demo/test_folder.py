import pytest

from firstbell.demo.folder import HEADING, MARKER, UNFINISHED, demo_folder
from firstbell.errors import BadInput


def make_demo(out, *names):
    with demo_folder(out) as folder:
        for name in names:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text("made", encoding="utf-8")


def files_in(out):
    return sorted(path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file())


def test_a_new_folder_is_made_and_what_was_made_is_listed(tmp_path):
    make_demo(tmp_path / "demo", "mis/pupils.csv", "school.toml")

    listed = (tmp_path / "demo" / MARKER).read_text(encoding="utf-8").splitlines()
    assert listed == [HEADING, MARKER, "mis/pupils.csv", "school.toml"]


def test_a_second_demo_leaves_nothing_of_the_first(tmp_path):
    make_demo(tmp_path, "mis/old.csv", "outbox/old.eml")

    make_demo(tmp_path, "mis/new.csv")

    assert files_in(tmp_path) == [MARKER, "mis/new.csv"]
    assert not (tmp_path / "outbox").exists()


def test_a_file_somebody_added_stays_as_it_is(tmp_path):
    make_demo(tmp_path, "mis/pupils.csv")
    (tmp_path / "mis" / "notes.txt").write_text("mine", encoding="utf-8")

    make_demo(tmp_path, "mis/pupils.csv")
    make_demo(tmp_path, "school.toml")

    assert files_in(tmp_path) == [MARKER, "mis/notes.txt", "school.toml"]
    assert (tmp_path / "mis" / "notes.txt").read_text(encoding="utf-8") == "mine"


def test_a_folder_with_other_files_is_refused_and_untouched(tmp_path):
    (tmp_path / "accounts.xlsx").write_text("real work", encoding="utf-8")

    with pytest.raises(BadInput, match="files that the demo did not make"):
        make_demo(tmp_path, "school.toml")

    assert files_in(tmp_path) == ["accounts.xlsx"]


def test_a_file_in_place_of_the_folder_is_refused(tmp_path):
    (tmp_path / "demo").write_text("a file", encoding="utf-8")

    with pytest.raises(BadInput, match="found a file, expected a folder"):
        make_demo(tmp_path / "demo")


def test_a_demo_that_fails_still_lists_its_files_so_the_next_can_clear_them(tmp_path):
    with pytest.raises(FileExistsError):
        make_demo(tmp_path, "half.csv", "half.csv/cannot-be.csv")

    make_demo(tmp_path, "whole.csv")

    assert files_in(tmp_path) == [MARKER, "whole.csv"]


def test_after_a_power_cut_nothing_is_overwritten(tmp_path):
    (tmp_path / MARKER).write_text(f"{HEADING}\n{UNFINISHED}\n", encoding="utf-8")
    (tmp_path / "school.toml").write_text("whose?", encoding="utf-8")

    with pytest.raises(BadInput, match="cut off"):
        make_demo(tmp_path, "school.toml")

    assert (tmp_path / "school.toml").read_text(encoding="utf-8") == "whose?"


@pytest.mark.parametrize("elsewhere", ["../outside.txt", "mis/../../outside.txt"])
def test_a_list_that_points_outside_the_folder_deletes_nothing(tmp_path, elsewhere):
    outside = tmp_path / "outside.txt"
    outside.write_text("precious", encoding="utf-8")
    out = tmp_path / "demo"
    out.mkdir()
    (out / MARKER).write_text(f"{HEADING}\n{elsewhere}\n", encoding="utf-8")

    with pytest.raises(BadInput):
        make_demo(out)

    assert outside.read_text(encoding="utf-8") == "precious"


def test_an_empty_marker_is_bad_input_not_a_traceback(tmp_path):
    (tmp_path / MARKER).write_text("", encoding="utf-8")

    with pytest.raises(BadInput):
        make_demo(tmp_path)
