"""The pages hold together: links lead somewhere, examples are true, and nothing is left from a template."""

import re
import tomllib

import pytest
from typer.main import get_command

from firstbell.cli.app import app
from firstbell.settings import Settings

LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
FENCED = re.compile(r"```.*?```", re.DOTALL)
SPAN = re.compile(r"`([^`\n]+)`")
LEFT_OVER = re.compile(r"\b(to-?do|fixme|tbd|lorem|ipsum|coming soon)\b", re.IGNORECASE)


def slug(heading):
    """The anchor a heading gets on the usual forges."""
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


def leads_somewhere(target, file):
    """Whether a link's file exists and has the heading it names."""
    name, _, anchor = target.partition("#")
    aimed = file.parent / name if name else file
    if not aimed.exists():
        return False
    return not anchor or anchor in {slug(heading) for heading in HEADING.findall(aimed.read_text(encoding="utf-8"))}


def broken_links(page, text, root):
    targets = LINK.findall(FENCED.sub("", text))
    inside = (target for target in targets if not re.match(r"[a-z]+:", target))
    return [f"{page}: {target}" for target in inside if not leads_somewhere(target, root / page)]


def test_every_link_inside_the_repository_leads_somewhere(pages, root):
    assert [link for page, text in pages.items() for link in broken_links(page, text, root)] == []


def test_a_broken_link_and_a_broken_anchor_are_seen(root):
    text = "[a](nowhere.md) [b](README.md#no-such-heading) [c](https://example.test)"

    assert len(broken_links("README.md", text, root)) == 2


def test_every_page_can_be_reached_from_the_readme(pages, root):
    reached, ahead = set(), ["README.md"]
    while ahead:
        page = ahead.pop()
        reached.add(page)
        targets = (target.partition("#")[0] for target in LINK.findall(pages[page]) if ":" not in target)
        files = {((root / page).parent / target).resolve() for target in targets if target}
        found = {file.relative_to(root).as_posix() for file in files if file.is_relative_to(root)}
        ahead += [page for page in found & pages.keys() if page not in reached]

    astray = [page for page in pages if page not in reached and not page.startswith("connectors/")]  # beside their code
    assert astray == [], "link it from a page that leads to it"


def test_every_name_in_the_glossary_is_one_in_the_code(pages, root):
    rows = [line.split("|") for line in pages["docs/glossary.md"].splitlines() if line.startswith("| ")]
    names = {name.split(".")[-1] for row in rows for name in SPAN.findall(row[-2])}
    code = "\n".join(
        f"{file.stem} {file.parent.name} {file.read_text(encoding='utf-8')}"
        for folder in ("rules", "firstbell", "sheets_templates")
        for file in (root / folder).rglob("*.py")
    )

    assert names
    assert [name for name in sorted(names) if not re.search(rf"\b{name}\b", code)] == []


def test_every_toml_example_parses(blocks):
    examples = blocks("toml")

    assert examples
    for page, text in examples:
        assert tomllib.loads(text), page


def test_the_example_of_school_toml_is_a_school_toml(blocks):
    examples = [text for page, text in blocks("toml") if page == "docs/settings.md" and "[school]" in text]

    assert examples
    for text in examples:
        Settings.model_validate(tomllib.loads(text))


def commands_in(text):
    """The arguments of each `firstbell …` line of a shell block."""
    lines = (line.strip().removeprefix("$ ").removeprefix("uv run ") for line in text.replace("\\\n", " ").splitlines())
    return [line.split("#")[0].split()[1:] for line in lines if line.startswith("firstbell ")]


def check_command(arguments):
    """Parse the arguments as the command line would, asking and running nothing. Raises click's UsageError."""
    command = get_command(app)
    while hasattr(command, "commands"):
        if arguments in ([], ["--help"], ["--version"]):
            return
        name, *arguments = arguments
        assert name in command.commands, f"there is no command {name}"
        command = command.commands[name]
    context = command.context_class(command)
    given, _, in_order = command.make_parser(context).parse_args(arguments)
    for each in (option for option in in_order if given[option.name] is not None):
        each.process_value(context, given[each.name])


def test_every_command_shown_is_one_that_exists(blocks, pages):
    spans = [span for text in pages.values() for span in SPAN.findall(FENCED.sub("", text))]
    shown = [arguments for _, text in blocks("", "sh", "text", "powershell") for arguments in commands_in(text)]
    shown += [arguments for span in spans for arguments in commands_in(span)]

    assert shown
    for arguments in shown:
        check_command(arguments)


@pytest.mark.parametrize("line", ["firstbell nonsense", "firstbell demo --nonsense", "firstbell run nonsense"])
def test_a_command_that_does_not_exist_is_seen(line):
    [arguments] = commands_in(line)

    with pytest.raises((AssertionError, Exception), match="nonsense"):
        check_command(arguments)


def test_nothing_is_left_from_a_template(pages):
    assert [page for page, text in pages.items() if LEFT_OVER.search(text)] == []


def test_every_page_begins_with_its_one_title(pages):
    for page, text in pages.items():
        prose = FENCED.sub("", text)
        assert text.startswith("# "), page
        assert len(re.findall(r"^# ", prose, re.MULTILINE)) == 1, page


def test_every_bench_says_what_it_measures(pages, root):
    benches = {file.name for file in (root / "bench").glob("*.py")} - {"__init__.py"}

    assert benches
    assert [name for name in sorted(benches) if f"`{name}`" not in pages["bench/README.md"]] == []
