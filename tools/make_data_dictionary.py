"""Write docs/data-dictionary.md from the contracts, headers and word lists of the package.

Belongs here: turning what the code already states into one page. Does not: any fact of its
own. A description that is wrong here is mended where it is declared.

::

    python tools/make_data_dictionary.py            write the page
    python tools/make_data_dictionary.py --check    exit 1 where the page is stale

The page depends on the code alone: no data file, setting, clock or machine shows in it.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from assetmap import fields
from assetmap.caveats import CAVEATS
from assetmap.contracts import DUCKDB_TYPES, Column, Contract, Disclosure
from assetmap.convert import SOURCE_MARKS
from assetmap.datasets import find_datasets
from assetmap.disclosure.tables import PUBLISHED
from assetmap.indicators import DOMAINS, find_indicators
from assetmap.quality import find_checks
from assetmap.quarantine import REASONS
from assetmap.registers.read import REGISTERS
from assetmap.statements import read_statements
from assetmap.survey.attributes import ATTRIBUTES
from assetmap.survey.tables import RESTRICTED, STATUS_REASONS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from assetmap.dataset import Dataset
    from assetmap.indicators import Indicator

PAGE: Final = Path(__file__).parents[1] / "docs" / "data-dictionary.md"

_COLUMN_HEADINGS: Final = ("Column", "Type", "Meaning", "Unit", "Limits", "Class")
_CLASS_MEANS: Final = {
    Disclosure.IDENTITY: "identity: name, contact, exact address of a person; never published",
    Disclosure.ANSWER: "what a person said, under a pseudonym; never published as it stands",
    Disclosure.ORGANISATION: "organisations, places and sites; may be published",
    Disclosure.BASE: "open base data; may be published",
}
_SERIES_MEANS: Final = {
    "catchment_m": "one for each distance in `catchments_m` of `study_area.toml`",
    "decile": "one for each decile, 1 to 10",
    "domain": "one for each of " + ", ".join(f"`{key}`" for key in DOMAINS),
    "kind": "one for each of " + ", ".join(f"`{key}`" for key in fields.KINDS),
}


def main(argv: Sequence[str] | None = None) -> int:
    """Write the page, or with ``--check`` compare it; return the exit code."""
    parser = argparse.ArgumentParser(description="Write the data dictionary.")
    parser.add_argument("--check", action="store_true", help="exit 1 where the page is stale")
    parser.add_argument("--page", type=Path, default=PAGE, help="the page")
    options = parser.parse_args(argv)
    text = render()
    if not options.check:
        options.page.write_text(text, encoding="utf-8", newline="\n")
        print(f"{options.page}: {len(text.splitlines())} lines")
        return 0
    if is_fresh(options.page, text):
        return 0
    sys.stderr.write(
        f"{options.page} is stale. Run `python tools/make_data_dictionary.py` and commit it.\n"
    )
    return 1


def is_fresh(page: Path, text: str) -> bool:
    """Return True where ``page`` exists and holds exactly ``text``."""
    return page.is_file() and page.read_bytes() == text.encode()


def render() -> str:
    """Return the whole page."""
    sections = (
        _introduction(),
        _datasets(find_datasets().values()),
        _lists(),
        _derived(),
        _published(),
        _restricted(),
        _attributes(),
        _indicators(find_indicators()),
        _pairs("Caveats", "Notes that stand beside figures.", ("Key", "Text"), CAVEATS),
        _checks(),
        _pairs(
            "Quarantine reasons",
            "Every reason for which a row can be held back. Each held row has one of them.",
            ("Reason", "Meaning"),
            REASONS,
        ),
        _pairs(
            "Status reasons",
            "Why a response of the survey has its status. Nothing of an answer stands in them.",
            ("Reason", "Meaning"),
            {reason or "(none)": meaning for reason, meaning in STATUS_REASONS.items()},
        ),
        _marks(),
    )
    return "\n\n".join("\n".join(lines) for lines in sections) + "\n"


def _lists() -> list[str]:
    lines = [
        "## Lists kept by hand",
        "",
        "Each is a CSV file below `data/raw` with these columns in its heading. A row that breaks",
        "a rule refuses all lists, by file and row. Dates are as exact as they are known; what",
        "nobody knows is written `unknown`. A list that only grows may not lose or change a row.",
    ]
    for register in REGISTERS:
        grows = " Rows are only added." if register.is_append_only else ""
        lines += ["", f"### {register.table}", "", f"`{register.path}`.{grows}"]
        lines += _contract(register.contract)
    return lines


def _restricted() -> list[str]:
    lines = [
        "## Restricted tables",
        "",
        "What the warehouse holds of people. Nothing copies these tables out: the gate counts",
        "people in them, and shows counts as [privacy](privacy.md) says.",
    ]
    for contract in RESTRICTED:
        lines += ["", f"### {contract.table}"]
        lines += _contract(contract)
    return lines


def _attributes() -> list[str]:
    headings = ("Attribute", "Label", "Categories", "Sensitive", "Several at once")
    rows = [
        (
            f"`{name}`",
            attribute.label,
            "; ".join(f"`{code}` {label}" for code, label in attribute.categories.items()),
            "yes" if attribute.is_sensitive else "no",
            "no" if attribute.is_exclusive else "yes",
        )
        for name, attribute in ATTRIBUTES.items()
    ]
    return [
        "## Attributes of people",
        "",
        "What a table of people in `policy.toml` may count by.",
        "",
        *_table(headings, rows),
    ]


def _introduction() -> list[str]:
    return [
        "# Data dictionary",
        "",
        "Generated by `tools/make_data_dictionary.py` from the contracts in the code.",
        "Do not edit it by hand: mend the code, then run the script.",
        "",
        "How figures are made is in [methods](methods.md). Words are explained in the",
        "[glossary](glossary.md).",
        "",
        "Every column has a disclosure class:",
        "",
        *(f"- **{letter}**: {_CLASS_MEANS[letter]}" for letter in Disclosure),
        "",
        "Geometry is stored as well-known binary in the British National Grid. An empty cell is",
        "a missing value and never zero.",
    ]


def _datasets(datasets: Iterable[Dataset]) -> list[str]:
    datasets = list(datasets)
    lines = ["## Datasets", "", "What is loaded, and the staged table that each one fills.", ""]
    rows = [
        (
            f"`{dataset.id}`",
            f"[{dataset.source.title}]({dataset.source.url})",
            dataset.source.publisher,
            dataset.source.licence,
            dataset.source.period,
            "yes" if dataset.required else "no",
        )
        for dataset in datasets
    ]
    headings = ("Dataset", "Title", "Publisher", "Licence", "Period", "Required")
    lines += _table(headings, rows)
    for dataset in datasets:
        lines += ["", f"### {dataset.contract.table}", "", f"From `{dataset.id}`."]
        lines += _contract(dataset.contract)
    return lines


def _derived() -> list[str]:
    tables = read_statements("intermediate") | read_statements("marts")
    rows = [(f"`{name}`", _row_meaning(tables[name])) for name in sorted(tables)]
    return [
        "## Derived tables",
        "",
        "Made by statements in `sql/intermediate` and `sql/marts`. They stay in the warehouse.",
        "",
        *_table(("Table", "A row is"), rows),
    ]


def _published() -> list[str]:
    lines = ["## Published tables", "", "What the gate writes, and all that pages can show."]
    for contract in PUBLISHED:
        lines += ["", f"### {contract.table}"]
        lines += _contract(contract)
    return lines


def _contract(contract: Contract) -> list[str]:
    key = ", ".join(f"`{name}`" for name in contract.primary_key)
    rows = [_column(column) for column in contract.columns]
    lead = f"A row is {contract.row_is}. Key: {key}."
    return ["", lead, "", *_table(_COLUMN_HEADINGS, rows)]


def _column(column: Column) -> tuple[str, ...]:
    kind = f"{column.kind} ({DUCKDB_TYPES[column.kind]})"
    return (
        f"`{column.name}`",
        f"{kind}, may be empty" if column.nullable else kind,
        column.description,
        column.unit,
        _limits(column),
        str(column.disclosure),
    )


def _limits(column: Column) -> str:
    parts = []
    if column.minimum is not None:
        parts.append(f"from {column.minimum:,g}")
    if column.maximum is not None:
        parts.append(f"to {column.maximum:,.10g}")
    if column.pattern is not None:
        parts.append(f"`{column.pattern}`")
    if column.allowed:
        parts.append("one of " + ", ".join(f"`{value}`" for value in column.allowed))
    return " ".join(parts)


def _indicators(indicators: list[Indicator]) -> list[str]:
    lines = ["## Indicators", "", "One file each in `sql/indicators`; the header is shown here."]
    for indicator in indicators:
        lines += ["", f"### {indicator.stem}", "", *_indicator(indicator)]
    return lines


def _indicator(indicator: Indicator) -> list[str]:
    header = indicator.header
    named = ("topic", "unit", "decimals", "direction", "class", "period", "vintage", "interval")
    lines = [f"**{header['title']}.** {header['meaning']}", ""]
    lines += [f"- {name}: {header[name]}" for name in named]
    lines += [
        f"- {name}: {', '.join(f'`{value}`' for value in values)}"
        for name, values in (
            ("geography", indicator.geographies),
            ("source", indicator.sources),
            ("caveat", indicator.caveats),
        )
    ]
    each = header.get("each")
    return lines + ([f"- a series: {_SERIES_MEANS[each]}"] if each else [])


def _checks() -> list[str]:
    rows = [
        (f"`{c.id}`", c.title, c.topic, c.severity, c.owner, c.found, c.fine) for c in find_checks()
    ]
    names = ("Check", "What should be so", "About", "Severity", "Who can put it right")
    return [
        "## Quality checks",
        "",
        "One file each in `sql/quality`. A blocking check that fails makes `assetmap check` fail.",
        "Checks about the last build stand in `quality.json` alone and are never published.",
        "",
        *_table((*names, "Where it finds something", "Where it does not"), rows),
    ]


def _marks() -> list[str]:
    rows = [(f"`{mark}`" if mark else "empty", means) for mark, means in SOURCE_MARKS.items()]
    return [
        "## Marks of publishers",
        "",
        "What may stand in a source in place of a figure. It becomes a missing value with this",
        "status, never zero. A band, such as `<5` or `5-9`, counts as suppressed.",
        "",
        *_table(("Mark", "Status"), rows),
    ]


def _pairs(title: str, lead: str, headings: tuple[str, str], meanings: dict[str, str]) -> list[str]:
    rows = [(f"`{key}`", meaning) for key, meaning in sorted(meanings.items())]
    return [f"## {title}", "", lead, "", *_table(headings, rows)]


def _row_meaning(statement: str) -> str:
    """Return the comment at the head of a statement, without its first words."""
    lines = statement.splitlines()
    size = next((n for n, line in enumerate(lines) if not line.startswith("--")), len(lines))
    text = " ".join(line.removeprefix("--").strip() for line in lines[:size])
    return text.removeprefix("One row: ")


def _table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    body = [_line(_cell(text) for text in row) for row in rows]
    return [_line(headings), _line("---" for _ in headings), *body]


def _line(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def _cell(text: str) -> str:
    return " ".join(text.replace("|", r"\|").split())


if __name__ == "__main__":
    sys.exit(main())
