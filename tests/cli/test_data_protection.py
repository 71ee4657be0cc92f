"""The data-protection pack is drawn from live settings: change one, and the pack changes."""

import pytest

from firstbell.composition.permissions import permissions_in_use
from firstbell.data_protection.facts import FEATURES, TABLES, lines
from firstbell.data_protection.pack import data_protection_pack
from firstbell.data_protection.page import pack_page
from firstbell.settings import SmtpSettings
from firstbell.testing.morning_story import MONDAY, SETTINGS

SMTP = SmtpSettings(host="mail.example.org", sender="absence@example.org")


def with_settings(**outgoing):
    changed = SETTINGS.outgoing.model_copy(update=outgoing)
    return SETTINGS.model_copy(update={"outgoing": changed, "smtp": SMTP})


def text_of(settings):
    pack = data_protection_pack(settings, permissions_in_use(settings))
    return pack_page("Hill School", MONDAY, pack)


def test_sending_by_smtp_adds_the_mail_service_its_permission_and_its_question():
    before, after = text_of(with_settings()), text_of(with_settings(mailer="smtp"))

    for words in ("mail service, a processor", "to submit mail as the one sender", "contract with the mail service"):
        assert words not in before
        assert words in after


def test_a_rehearsal_says_that_families_get_nothing_yet():
    assert "to the listed staff only: a rehearsal" in text_of(with_settings(rehearsal=True))
    assert "to families" in text_of(with_settings(rehearsal=False))


def test_a_time_the_school_sets_is_the_time_the_pack_shows():
    kept = SETTINGS.retention.model_copy(update={"words_days": 77})

    assert "77 days" in text_of(SETTINGS.model_copy(update={"retention": kept}))


def test_no_name_or_address_of_the_settings_stands_in_the_pack():
    page = text_of(with_settings(mailer="smtp"))

    assert not [person for person in SETTINGS.staff if person.name in page or person.email in page]


@pytest.mark.parametrize("table", TABLES)
def test_every_line_of_the_pack_holds_with_some_settings(table):
    assert lines(table, FEATURES)


def test_the_command_writes_the_page_and_says_that_it_is_a_draft(firstbell, morning, tmp_path):
    out = tmp_path / "pack.html"

    done = firstbell("data-protection", "--config", morning / "school.toml", "--out", out)

    assert done.returncode == 0, done.stderr
    assert "Draft" in done.stdout
    assert "not yet signed" in out.read_text(encoding="utf-8")


def test_a_page_that_can_not_be_written_is_a_sentence(firstbell, morning, tmp_path):
    done = firstbell("data-protection", "--config", morning / "school.toml", "--out", tmp_path / "none" / "pack.html")

    assert done.returncode in {1, 2, 3}
    assert "can't be written" in done.stderr
    assert "Traceback" not in done.stderr
