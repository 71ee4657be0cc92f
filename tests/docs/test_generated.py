"""Parts of the pages that are written from the code: `make golden` writes them again."""

import ast
import json
import tomllib
from pathlib import Path
from posixpath import normpath

import yaml
from typer.main import get_command

from firstbell.cli.app import app
from firstbell.composition.permissions import permissions_in_use
from firstbell.data_protection.pack import data_protection_pack
from firstbell.data_protection.page import pack_markdown
from firstbell.retention import retention_rules
from firstbell.settings import RetentionSettings, Section, Settings, SmtpSettings
from firstbell.testing.morning_story import SETTINGS
from rules.parameters import parameter, parameter_names


def paragraph(doc):
    """A docstring without its indentation, in one line a paragraph."""
    return "\n\n".join(" ".join(part.split()) for part in (doc or "").split("\n\n"))


def cell(text):
    return " ".join(str(text).split()).replace("|", "\\|")


def table(header, rows):
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(cell(value) for value in line)} |" for line in lines)


def test_the_settings_page_lists_every_setting(generated):
    parts = [settings_part(heading, model) for heading, model in sections()]

    generated("docs/settings.md", "settings", "\n\n".join(parts))


def sections():
    """Each section of school.toml: how its heading is written, its model, and those of the sections inside it."""
    for name, field in Settings.model_fields.items():
        model = section_in(field)
        is_list = model is not field.annotation and field.is_required()
        yield f"`[[{name}]]`" if is_list else f"`[{name}]`", model
        inner = {section_in(each): [] for each in model.model_fields.values() if section_in(each)}
        for key, each in model.model_fields.items():
            if section_in(each):
                inner[section_in(each)].append(f"`[{name}.{key}]`")
        yield from ((" and ".join(names), each) for each, names in inner.items())


def section_in(field):
    """The model of a section that a field holds, one or several; None for a plain value."""
    kinds = [field.annotation, *getattr(field.annotation, "__args__", ())]
    return next((kind for kind in kinds if isinstance(kind, type) and issubclass(kind, Section)), None)


def settings_part(heading, model):
    schemas = model.model_json_schema()["properties"]
    plain = {key: field for key, field in model.model_fields.items() if not section_in(field)}
    rows = [(f"`{key}`", kind(schemas[key]), default(field)) for key, field in plain.items()]
    return f"### {heading}\n\n{paragraph(model.__doc__)}\n\n" + table(["key", "holds", "default"], rows)


WORDS = {
    "boolean": "true or false", "integer": "whole number", "string": "text", "time": "time, as 09:45:00",
    "path": "path, taken from this file's folder",
}  # fmt: skip
PATTERNS = {
    r"^[a-z0-9][a-z0-9-]{1,40}$": "small letters, digits and hyphens, 2 to 41 of them",
    r"^[A-Z]{2,4}$": "2 to 4 capital letters",
    r"^(N1|N2|R|[1-9]|1[0-4])?$": "N1, N2, R or 1 to 14, as text",
    r"^https://[A-Za-z0-9.-]+(:[0-9]{1,5})?(/[A-Za-z0-9._-]+)*$": "address beginning with https://",
    r"^[0-9A-Za-z!@:._-]+$": "an id, as Microsoft 365 shows it",
}
EMPTY = {"": "empty", "[]": "empty", ".": "this file's folder", "None": "not set", "PydanticUndefined": "must be given"}


def kind(schema):
    """What may be written, in a school's words, from the model's own schema."""
    schema = next((each for each in schema.get("anyOf", []) if each.get("type") != "null"), schema)
    if schema.get("type") == "array":
        return f"list; each {kind(schema['items'])}"
    if "enum" in schema or "const" in schema:
        return " or ".join(f'`"{value}"`' for value in schema.get("enum", [schema.get("const")]))
    if "pattern" in schema:
        return "e-mail address" if schema["pattern"] == "@" else PATTERNS[schema["pattern"]]
    words = WORDS.get(schema.get("format", ""), WORDS[schema["type"]])
    if "minimum" in schema and "maximum" in schema:
        return f"{words}, {schema['minimum']} to {schema['maximum']}"
    return f"{words}, at least {schema['minimum']}" if "minimum" in schema else words


def default(field):
    """The value when the key is left out, as it would be written in TOML."""
    value = list(field.default) if isinstance(field.default, tuple) else field.default
    if isinstance(value, bool | str) and value != "":
        return f"`{json.dumps(value)}`"
    text = str(value)
    return EMPTY.get(text, f"`{text}`")


def test_the_commands_page_lists_every_command_and_option(generated):
    generated("docs/commands.md", "commands", "\n\n".join(command_parts(get_command(app), "firstbell")))


def command_parts(command, path):
    """A heading, the help and the options of each command, the groups' own commands included."""
    for name, inner in getattr(command, "commands", {}).items():
        if hasattr(inner, "commands"):
            yield from command_parts(inner, f"{path} {name}")
        else:
            rows = [
                (spelling(option), option.help or f"{option.prompt}; asked for when left out")
                for option in inner.params
            ]
            yield f"### {path} {name}\n\n{with_example(inner.help)}\n\n" + table(["to give", "what it is for"], rows)


def with_example(text):
    """A command's help, its example set apart as code."""
    words, _, example = paragraph(text).partition("Example:")
    assert example, "every command shows an example"
    return f"{words.strip()}\n\n```text\n{example.strip()}\n```"


def spelling(option):
    """How an option or an argument is written."""
    if option.param_type_name == "option":
        return " ".join(f"`{each}`" for each in option.opts)
    return f"`{option.metavar or option.name.upper()}`"


def test_the_parameters_page_lists_every_value_with_its_citation(generated):
    generated("docs/parameters.md", "parameters", "\n\n".join(parameter_part(name) for name in parameter_names()))


def parameter_part(name):
    found = parameter(name)
    heading = f"### {found.title}\n\n`{name}`, in {found.unit}. {found.description}"
    rows = [entry_row(entry) for entry in found.entries]
    return f"{heading}\n\n" + table(["value", "in force from", "source", "how sure", "checked on"], rows)


def entry_row(entry):
    source = f"[{entry.citation}]({entry.citation.link})"
    return in_words(entry.value), entry.in_force_from, source, entry.citation.confidence, entry.citation.checked_on


def in_words(value):
    """A value as text: lists and tables on one line."""
    if isinstance(value, list):
        return ", ".join(f"({in_words(each)})" if isinstance(each, list) else in_words(each) for each in value)
    if isinstance(value, dict):
        return "; ".join(f"{key} {in_words(each)}" for key, each in value.items())
    return f"`{value}`"


def test_the_retention_page_lists_every_kind_of_record(generated):
    generated("docs/retention.md", "retention", "\n\n".join(map(retention_part, retention_rules().values())))


def retention_part(rule):
    """One rule as a table of what it says, and one of what it covers."""
    says = {
        "What for": rule.purpose,
        "About whom": ", ".join(rule.people) or "nobody",
        "Category": rule.category,
        "By which right": rule.basis,
        "Kept": how_long(rule.period),
        "From": rule.begins,
        "Removed by": rule.removed_by,
        "Source": f"{rule.source} ({rule.confidence})",
    }
    covered = [(f"`{name}`", what) for name, what in (*rule.fields.items(), *rule.files.items())]
    return f"### {rule.title}\n\n{table(['', ''], says.items())}\n\n{table(['what is stored', 'what for'], covered)}"


def how_long(period):
    """The period in words, with the value where the law or the default gives one."""
    if period.parameter:
        return f"{parameter(period.parameter).entries[-1].value} years (`{period.parameter}`)"
    if period.setting:
        return f"`retention.{period.setting}`: {RetentionSettings.model_fields[period.setting].default} days unless set"
    return f"until {period.until}"


def test_the_connector_page_lists_every_method_of_every_port(generated, root):
    tree = ast.parse((root / "firstbell" / "ports.py").read_text(encoding="utf-8"))
    ports = [node for node in tree.body if isinstance(node, ast.ClassDef)]

    generated("docs/adding-a-connector.md", "ports", "\n\n".join(port_part(port) for port in ports))


def port_part(port):
    methods = [node for node in port.body if isinstance(node, ast.FunctionDef)]
    rows = [(f"`{method.name}`", paragraph(ast.get_docstring(method)) or "-") for method in methods]
    text = f"### {port.name}\n\n{paragraph(ast.get_docstring(port))}"
    return f"{text}\n\n" + table(["method", "what it does"], rows) if rows else text


def test_the_architecture_page_says_what_every_folder_of_duties_is_for(generated, root):
    folders = sorted((root / "firstbell" / "workflows").glob("*/__init__.py"))

    rows = [(folder_link(folder.parent), duty_of(folder), modules_in(folder.parent)) for folder in folders]

    generated("docs/architecture.md", "duties", table(["folder", "what it does", "its modules"], rows))


def folder_link(folder):
    return f"[`{folder.name}`](../firstbell/workflows/{folder.name})"


def duty_of(file):
    return paragraph(ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))))


def modules_in(folder):
    names = [file.stem for file in folder.glob("*.py")] + [
        f"{inner.parent.name}/" for inner in folder.glob("*/__init__.py")
    ]
    return ", ".join(sorted(name for name in names if name != "__init__"))


def test_the_import_rules_drawn_are_the_ones_that_are_checked(generated, root):
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))

    drawn = [drawing_of(contract) for contract in project["tool"]["importlinter"]["contracts"]]

    generated("docs/architecture.md", "imports", "```text\n" + "\n\n".join(drawn) + "\n```")


def drawing_of(contract):
    """One contract as lines of text: who may import whom, or never."""
    if contract["type"] == "layers":
        arrows = " ─► ".join(contract["layers"])
    elif contract["type"] == "independence":
        arrows = "   ✕   ".join(contract["modules"])
    elif contract["type"] == "acyclic_siblings":
        arrows = ", ".join(f"{ancestor}: ↻ ✕" for ancestor in contract["ancestors"])
    else:
        arrows = f"{', '.join(contract['source_modules'])}\n  ✕─► {', '.join(contract['forbidden_modules'])}"
    return f"{contract['name']}\n  {arrows}"


def test_the_page_of_bad_input_lists_every_one_with_its_proof(generated, root):
    index = yaml.safe_load((root / "tests" / "bad_inputs" / "index.yaml").read_text(encoding="utf-8"))

    rows = [(number, row["input"], answer_of(row), proofs_of(row)) for number, row in enumerate(index, 1)]

    generated("docs/bad-input.md", "bad input", table(["no.", "what comes in", "what happens", "proved in"], rows))


def answer_of(row):
    return row["answer"] + (f" *The rest comes with {row['comes_with']}.*" if "comes_with" in row else "")


def proofs_of(row):
    """The files of the proofs, each once: the names of the tests stand in the index."""
    files = dict.fromkeys(proof.partition("::")[0] for proof in row["proof"])
    return "; ".join(f"[{Path(file).stem}](../{normpath(f'tests/{file}')})" for file in files)


def test_the_data_protection_page_shows_the_pack_of_a_new_school(generated):
    smtp = SmtpSettings(host="mail.example.org", sender="absence@example.org")
    outgoing = SETTINGS.outgoing.model_copy(update={"mailer": "smtp", "rehearsal": True})
    settings = SETTINGS.model_copy(update={"outgoing": outgoing, "smtp": smtp})

    pack = data_protection_pack(settings, permissions_in_use(settings))

    generated("docs/data-protection.md", "pack", pack_markdown(pack))
