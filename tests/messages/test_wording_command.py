"""`firstbell wording`, as a school that changes a letter runs it."""

from firstbell.cli.wording import wording_command

NAME = "email/first_day_absence.md"


def test_a_school_without_templates_of_its_own_uses_ours_and_all_is_well(tmp_path, capsys):
    assert wording_command(tmp_path / "message_templates") == 0

    assert capsys.readouterr().out == "every letter is fit to send\n"


def test_a_harsh_letter_is_pointed_out_with_its_file(school_wording, shipped, capsys):
    wording = school_wording(NAME, shipped(NAME).replace("not marked in", "missing and not marked in"))

    assert wording_command(wording.folders[0]) == 1

    out = capsys.readouterr().out
    assert "first_day_absence.md: unwelcome words: 'missing' frightens a family" in out
    assert out.endswith("1 to put right\n")


def test_the_preview_has_a_page_for_each_sample(tmp_path, school_wording, shipped):
    wording = school_wording(NAME, shipped(NAME).replace("Dear parent or carer", "Good morning"))

    wording_command(wording.folders[0], preview=tmp_path / "letters")

    assert "Good morning" in (tmp_path / "letters" / "first_day_absence-1.html").read_text(encoding="utf-8")
    assert len(list((tmp_path / "letters").iterdir())) == 19


def test_a_broken_template_is_named_and_the_others_can_still_be_looked_at(tmp_path, school_wording, shipped, capsys):
    wording = school_wording(NAME, shipped(NAME).replace("{{ reference }}", ""))

    assert wording_command(wording.folders[0], preview=tmp_path / "letters") == 1

    assert "'reference' are compulsory" in capsys.readouterr().out
    assert not (tmp_path / "letters" / "first_day_absence-1.html").exists()
    assert (tmp_path / "letters" / "in_school_correction-1.html").exists()
