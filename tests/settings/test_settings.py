"""A school.toml that would fail in the middle of a morning is refused when it is read."""

import pytest

from firstbell.errors import BadInput
from firstbell.settings import load_settings

TOML = """
[school]
key = "hill"
name = "Hill School"
phone = "01632 960001"
absence_email = "absence@example.org"
timezone = "Europe/London"

[day]
am = { opens = 08:40:00, closes = 09:10:00, session_ends = 12:20:00 }
pm = { opens = 13:10:00, closes = 13:40:00, session_ends = 15:10:00 }

[mis]
folder = "mis"

[[staff]]
initials = "DS"
name = "Dee Safe"
role = "DSL"
email = "dee@example.org"
is_safeguarding = true
"""


@pytest.fixture
def read(tmp_path):
    def read(text):
        path = tmp_path / "school.toml"
        path.write_text(text, encoding="utf-8")
        return load_settings(path)

    return read


def test_a_whole_school_toml_is_read(read):
    assert read(TOML).zone.key == "Europe/London"


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("Europe/London", "Europe/Lodnon"),
        ("Europe/London", "../../etc/passwd"),
        ("dee@example.org", "dee@example.org, eve@example.org"),
        ("dee@example.org", "d\u00e9e@example.org"),
        ('folder = "mis"', 'folder = "mis\\u0000"'),
        ("session_ends = 12:20:00", "session_ends = 09:00:00"),
        ("opens = 13:10:00", "opens = 12:10:00"),
        ("[[staff]]", '[returns]\nreaders = ["ZZ"]\n\n[[staff]]'),
        ("[[staff]]", '[returns]\nfinal_year = "Year 13"\n\n[[staff]]'),
    ],
)
def test_what_could_only_fail_later_is_refused_at_once(read, right, wrong):
    with pytest.raises(BadInput) as refused:
        read(TOML.replace(right, wrong, 1))

    assert "dee" not in str(refused.value)


@pytest.mark.parametrize("odd", ["x = " + "9" * 5_000, "x = " + "[" * 5_000, "x = '\x00'"])
def test_toml_that_its_reader_stumbles_over_is_refused_in_a_sentence(read, odd):
    with pytest.raises(BadInput, match="what is not TOML"):
        read(odd + TOML)


@pytest.mark.parametrize("host", ["file:///etc/passwd", "http://169.254.169.254/", "smtp://x", "", "a b", "x\\r\\ny"])
def test_an_address_of_a_page_in_place_of_the_mail_servers_name_is_refused(read, host):
    with pytest.raises(BadInput, match=r"smtp\.host.*no server's name"):
        read(TOML + f'[smtp]\nhost = "{host}"\nsender = "absence@example.org"\n')


def test_a_folder_in_place_of_the_file_is_refused_in_a_sentence(tmp_path):
    with pytest.raises(BadInput, match=r"school\.toml"):
        load_settings(tmp_path)


def test_letters_are_signed_and_read_by_somebody_the_school_knows(read):
    letters = read(f'{TOML}\n[letters]\nsigned_by = "DS"\nreaders = ["DS"]\n').letters
    assert (letters.signed_by, letters.readers) == ("DS", ("DS",))

    for line in ('signed_by = "XX"', 'readers = ["DS", "XX"]'):
        with pytest.raises(BadInput, match=r"names XX, and no \[\[staff\]\] has these initials"):
            read(f"{TOML}\n[letters]\n{line}\n")


def test_a_postholder_who_is_not_on_the_list_of_staff_is_refused(read):
    with pytest.raises(BadInput, match=r"watch\.postholder"):
        read(TOML + '[watch]\npostholder = "ZZ"\n')

    assert read(TOML + '[watch]\npostholder = "DS"\n').watch.postholder == "DS"


CLOUD = """
[office]
workbooks = "microsoft365"
folders = "microsoft365"
channel = "microsoft365"

[outgoing]
mailer = "microsoft365"

[microsoft365]
tenant_id = "hill.example"
client_id = "app-1"
certificate = "firstbell.pem"
mailboxes = ["absence@example.org"]

[microsoft365.libraries]
attendance = "b!att"
safeguarding = "b!safe"
restricted = "b!closed"

[microsoft365.channel]
webhook_secret = "teams"
team = "t-1"
channel = "19:c@thread.tacv2"
"""


def test_a_school_whose_office_lives_in_microsoft_365_is_read(read, tmp_path):
    cloud = read(TOML + CLOUD).microsoft365

    assert cloud.certificate == tmp_path / "firstbell.pem"
    assert cloud.libraries.attendance_workbook == "Attendance.xlsx"


@pytest.mark.parametrize(
    ("right", "wrong", "sentence"),
    [
        ('attendance = "b!att"', "", "microsoft365.libraries.attendance must be given"),
        ('restricted = "b!closed"', "", "microsoft365.libraries.restricted must be given"),
        ('safeguarding = "b!safe"', 'safeguarding = "b!att"', "three different libraries"),
        ('mailboxes = ["absence@example.org"]', "", "microsoft365.mailboxes must name a mailbox"),
        ('["absence@example.org"]', '["second@example.org", "Second@example.org"]', "stands there twice"),
        ('certificate = "firstbell.pem"', "", "needs the file of the certificate"),
        ('certificate = "firstbell.pem"', 'sign_in = "secret"', "needs secret, the name of the secret"),
        ('webhook_secret = "teams"', 'webhook_secret = "teams"\nwebhook_hosts = []', "at least 1 item"),
        ('webhook_secret = "teams"', 'webhook_secret = "teams"\nwebhook_hosts = ["https://x/y"]', "no server's name"),
        ('webhook_secret = "teams"', 'webhook_secret = "https://x.example/?sig=pw"', "the secret itself never stands"),
        ('client_id = "app-1"', 'client_id = "app-1"\nsecret = "8Q~pw"', "no name of a secret"),
        ('client_id = "app-1"', 'client_id = "app-1"\nsecret = "app-previous"', "the previous value of another"),
        ('client_id = "app-1"', 'client_id = "app-1"\nsecret = "APP_PREVIOUS"', "the previous value of another"),
        ('client_id = "app-1"', 'client_id = "app 1"', "microsoft365.client_id"),
        ('client_id = "app-1"', 'client_id = "app-1"\ngraph_url = "http://graph.example"', "microsoft365.graph_url"),
        ('client_id = "app-1"', 'client_id = "app-1"\ngraph_url = "https://me:pw@x.example"', "microsoft365.graph_url"),
        ('attendance = "b!att"', 'attendance = "b!att"\nattendance_workbook = "../x.xlsx"', "no file or folder"),
        ('attendance = "b!att"', 'attendance = "b!att"\nattendance_workbook = "/x.xlsx"', "no file or folder"),
        ('attendance = "b!att"', 'attendance = "b!att"\nattendance_workbook = "x?.xlsx"', "no file or folder"),
        ('attendance = "b!att"', 'attendance = "b!att"\nattendance_workbook = "x.xls"', "no path of a workbook"),
    ],
)
def test_a_part_in_microsoft_365_that_could_only_fail_later_is_refused_at_once(read, right, wrong, sentence):
    with pytest.raises(BadInput) as refused:
        read(TOML + CLOUD.replace(right, wrong, 1))

    assert sentence in str(refused.value)
    assert "pw" not in str(refused.value)


@pytest.mark.parametrize("line", ['[office]\nworkbooks = "microsoft365"', '[outgoing]\nmailer = "microsoft365"'])
def test_a_part_in_microsoft_365_needs_its_section(read, line):
    with pytest.raises(BadInput, match=r"there must be a \[microsoft365\] section"):
        read(f"{TOML}\n{line}\n")


def test_a_channel_in_teams_needs_its_section(read):
    with pytest.raises(BadInput, match=r"\[microsoft365.channel\]"):
        read(TOML + CLOUD.partition("[microsoft365.channel]")[0])
