import pytest

from firstbell.testing.register_notation import read_register
from firstbell.testing.vectors import BadVectors, read_vectors

ONE = "- {name: a case, register: '/', expect: {met: true}}\n"


def reading(tmp_path, text):
    path = tmp_path / "some.yaml"
    path.write_text(text, encoding="utf-8")
    return read_vectors(path, given={"register"}, expect={"met"})


def test_a_case_is_read_as_written(tmp_path):
    assert reading(tmp_path, ONE) == [{"name": "a case", "register": "/", "expect": {"met": True}}]


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (ONE + ONE, "a name is used twice"),
        ("- {name: a case, register: '/', register: 'N', expect: {}}", "a key is used twice"),
        ("- {name: a case, registr: '/', expect: {}}", "nobody reads"),
        ("- {name: a case, register: '/', expect: {mett: true}}", "nobody reads"),
    ],
)
def test_a_careless_file_is_refused(tmp_path, text, complaint):
    with pytest.raises(BadVectors, match=complaint):
        reading(tmp_path, text)


@pytest.mark.parametrize(
    "text",
    ["2026-11-03  /\\", "2026-11-02  /\\ /\\\n2026-11-02  /\\", "2026-11-02  /\\N", "2026-11-02  ?\\", "Monday  /\\"],
)
def test_what_is_not_a_register_is_refused(text):
    with pytest.raises(ValueError, match=r"."):
        read_register(text)
