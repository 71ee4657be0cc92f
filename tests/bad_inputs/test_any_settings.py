"""A school.toml that somebody spoilt: it is read, or refused with the file and what to mend."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firstbell.composition.stores import open_store_for
from firstbell.settings import Settings, load_settings

GOOD = """\
[school]
key = "hill"
name = "Hill School"
phone = "01632 960001"
absence_email = "absence@example.org"
[day]
am = { opens = 08:40:00, closes = 09:10:00, session_ends = 12:20:00 }
pm = { opens = 13:10:00, closes = 13:40:00, session_ends = 15:10:00 }
[mis]
folder = "mis"
[outgoing]
rehearsal = true
rehearsal_recipients = ["office@example.org"]
[local]
folder = "school"
[smtp]
host = "mail.example.org"
sender = "absence@example.org"
[[staff]]
initials = "DS"
name = "Quillfeather"
role = "DSL"
email = "quillfeather@example.org"
is_safeguarding = true
"""
SECRETS = ("Quillfeather", "quillfeather@")
VALUES = st.sampled_from([
    *("1", "-1", "0", "1.5", "inf", "nan", "true", '""', '"x"', "[]", "[1]", "{}", "{ a = 1 }", "09:00:00"),
    *("2026-11-23",),
    *("9" * 40, "9" * 5_000, "[" * 3_000, '"\\u0000"', '"a\\u0000b"', '"\\r\\nBcc: x@y.test"', '"a@x.test, b@y.test"'),
    *('"../../../../etc"', '"/dev/null"', '"file:///etc/passwd"', '"http://169.254.169.254/"', '"smtp://x"'),
    *('"C:\\\\x"',),
    *('"' + "x" * 5_000 + '"', '"\\u202e"', '"Europe/../../etc/passwd"', '"Mars/Olympus"', '"DS"', '"{{ 7*7 }}"'),
    *("'''", "]"),
])  # fmt: skip
LINES = st.sampled_from([
    *("[school]", "[[school]]", "[staff]", "[day.am]", "[unknown]", "school = 1", "[local.folder]", "\x00", "\ufeff"),
    *("]]",),
    *("[outgoing]\nmailer = 'smtp'", "[watch]\nreturn_interval_days = 99", "[letters]\nfrom_percent = 'ten'", '"" = 1'),
])  # fmt: skip
TABLES = st.recursive(
    st.integers() | st.booleans() | st.text(max_size=8) | st.floats(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(list(Settings.model_fields)), inner),
    max_leaves=8,
)


@st.composite
def spoilt(draw):
    """Good settings with values of other kinds, lines lost, doubled or put in."""
    lines = GOOD.splitlines()
    changes = st.tuples(st.integers(0, 3), st.integers(0, 99), VALUES, LINES)
    for change, where, value, line in draw(st.lists(changes, min_size=1, max_size=3)):
        at = where % len(lines)
        match change:
            case 0 | 1 if " = " in lines[at]:
                lines[at] = f"{lines[at].partition(' = ')[0]} = {value}"
            case 2:
                del lines[at]
            case _:
                lines.insert(at, line)
    return "\n".join(lines)


@pytest.fixture(scope="module")
def school(tmp_path_factory):
    return tmp_path_factory.mktemp("school")


@given(text=spoilt() | st.text(max_size=200))
def test_spoilt_settings_are_read_or_refused_in_a_sentence(refused, school, text):
    (school / "school.toml").write_bytes(text.encode("utf-8", "replace"))

    with refused(*SECRETS):
        settings = load_settings(school / "school.toml")
        assert settings.zone.key


@given(section=st.sampled_from(list(Settings.model_fields)), key=st.text(max_size=8), value=TABLES)
def test_a_section_of_anything_is_read_or_refused_in_a_sentence(refused, school, section, key, value):
    inline = json.dumps(value).replace(": ", " = ").replace("null", "0")
    (school / "school.toml").write_text(f"{section} = {{ {json.dumps(key)} = {inline} }}\n", encoding="utf-8")

    with refused(*SECRETS):
        load_settings(school / "school.toml")


@given(folder=VALUES.filter(lambda value: len(value) < 100))
def test_a_store_in_an_odd_folder_is_opened_or_refused_in_a_sentence(refused, school, folder):
    text = GOOD.replace('folder = "school"', f"folder = {folder}")
    (school / "school.toml").write_text(text, encoding="utf-8")

    with refused(*SECRETS):
        open_store_for(load_settings(school / "school.toml"), make=False).close()
