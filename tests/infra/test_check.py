"""The look that checkov takes at infra/: nothing is passed over, and every excuse has a reason and a finding."""

import pytest

from infra.check import KINDS, excused, problems


def report(kind, failed=(), unread=0):
    checks = [{"check_id": check, "file_path": f"/{file}"} for check, file in failed]
    return {"check_type": kind, "summary": {"parsing_errors": unread}, "results": {"failed_checks": checks}}


def both(**bicep):
    return [report("bicep", **bicep), report("terraform")]


def test_a_finding_without_an_excuse_is_told():
    found = both(failed=[("CKV_1", "azure/app.bicep")])

    assert list(problems(found, set())) == ["azure/app.bicep: CKV_1: mend it, or say why not"]


def test_an_excuse_is_for_one_file_only():
    found = both(failed=[("CKV_1", "azure/app.bicep"), ("CKV_1", "azure/vault.bicep")])

    assert list(problems(found, {("CKV_1", "azure/app.bicep")})) == [
        "azure/vault.bicep: CKV_1: mend it, or say why not"
    ]


def test_an_excuse_for_what_is_no_longer_found_is_told():
    assert list(problems(both(), {("CKV_1", "azure/app.bicep")})) == [
        "azure/app.bicep: CKV_1 is excused and not found any more"
    ]


def test_a_file_that_checkov_cannot_read_is_told():
    assert list(problems(both(unread=1), set())) == ["checkov can't read 1 file(s) of bicep"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_of_file_that_checkov_does_not_see_is_told(kind):
    found = [each for each in both() if each["check_type"] != kind]

    assert list(problems(found, set())) == [f"checkov read no {kind} at all"]


def test_every_excuse_has_a_reason(root):
    text = (root / "infra" / "checkov.toml").read_text(encoding="utf-8")

    assert len(excused(text)) == sum(len(part.split("]")[0].split(",")) for part in text.split("files = [")[1:])


def test_an_excuse_without_a_reason_is_refused():
    with pytest.raises(KeyError, match="why"):
        excused('[[skip]]\ncheck = "CKV_1"\nfiles = ["azure/app.bicep"]\n')
