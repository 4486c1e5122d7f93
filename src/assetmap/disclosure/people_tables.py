"""From restricted tables to ``pub_people*`` and ``pub_survey``, and the record of a release.

Belongs here: reading what is counted, naming what is shown, carrying facts over with the
figures that they belong to. Does not: the rules (``people.py``, ``facts.py``), copying tables
that hold nobody (``gate.py``).
"""

from __future__ import annotations

import hmac
import json
import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from assetmap.disclosure.cells import PUBLISHED, Scope
from assetmap.disclosure.counts import People
from assetmap.disclosure.facts import FACT_TABLE, FACT_TYPES, release_facts
from assetmap.disclosure.people import release_people
from assetmap.disclosure.released import PUB_PEOPLE, PUB_PEOPLE_TABLE, PUB_SURVEY, RELEASED
from assetmap.disclosure.releases import Release
from assetmap.errors import DisclosureError, StorageError, UnreadableFileError
from assetmap.fields import COLLECTED, NO_SURVEY, SURVEY_STATES
from assetmap.survey.attributes import ATTRIBUTES
from assetmap.survey.state import find_key
from assetmap.warehouse import fetch_table

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import duckdb

    from assetmap.settings import PeopleTable, Settings

ALL: Final = "all"
_RESPONDENT: Final = "respondent"


@dataclass(frozen=True, eq=False, kw_only=True)
class Terms:
    """On what terms people are counted: policy, areas, whose answers they are, the last release.

    ``state`` is ``none``, ``synthetic`` or ``collected``; releases of two states are never
    compared, for they are not about the same people, and each has a record of its own.
    ``secret`` keeps codes of researchers and listed pseudonyms from being tried out on it.
    ``is_published`` is True where a site with figures of collected answers stands.
    """

    scope: Scope
    state: str
    last_release: Path
    secret: bytes = field(default=b"", repr=False)
    is_published: bool = False

    @classmethod
    def of(cls, settings: Settings, state: str, *, is_published: bool = False) -> Terms:
        """Return the terms that settings and policy state.

        Raises
        ------
        KeyFileError
            There are responses of real people and no usable key.
        """
        scope = Scope(
            tables=settings.policy.people_tables,
            rules=settings.policy.people,
            wards=settings.study_area.wards,
            area_code=settings.study_area.id,
            attributes=ATTRIBUTES,
        )
        key = b"" if state == NO_SURVEY else find_key(settings.raw, os.environ)
        return cls(
            scope=scope,
            state=state,
            last_release=release_path(settings, state),
            secret=hmac.digest(key, b"assetmap: record of a release", "sha256"),
            is_published=is_published and state == COLLECTED,
        )


def release_path(settings: Settings, state: str) -> Path:
    """Return where the record of the last release of people in that state is."""
    of_real_people = settings.last_release
    if state == COLLECTED:
        return of_real_people
    return of_real_people.with_name(f"{of_real_people.stem}_{state}{of_real_people.suffix}")


def release_tables(
    source: duckdb.DuckDBPyConnection, terms: Terms
) -> tuple[dict[str, pd.DataFrame], str]:
    """Return every table of people that may be shown, and the text of the release's record.

    Raises
    ------
    DisclosureError
        Something may not be shown whatever is withheld; nothing is published then.
    UnreadableFileError
        The record of the last release is damaged.
    """
    if terms.state == NO_SURVEY:
        empty = {c.table: pd.DataFrame(columns=c.names, dtype=object) for c in RELEASED}
        return empty, ""
    previous, last_facts = _read_last(terms)
    _require_record(previous, terms)
    release = release_people(_read_people(source, terms.secret), terms.scope, previous=previous)
    known = fetch_table(source, FACT_TABLE, columns=tuple(FACT_TYPES))
    own = pd.DataFrame(_own_facts(release, terms.scope), columns=list(FACT_TYPES))
    facts = release_facts(pd.concat([known, own], ignore_index=True), terms.scope.rules)
    if last_facts is not None and _is_carried_over(release, terms):
        facts = last_facts
    record = {
        "state": terms.state,
        "facts": facts.astype(object).where(facts.notna(), None).to_numpy().tolist(),
        "release": release.to_json(),
    }
    tables = {
        PUB_PEOPLE_TABLE.table: _table_rows(terms.scope),
        PUB_PEOPLE.table: _people_rows(release, terms.scope, _area_names(source)),
        PUB_SURVEY.table: facts,
    }
    sealed = {**record, "seal": _seal(record, terms.secret)}
    return tables, json.dumps(sealed, sort_keys=True, indent=0) + "\n"


def _seal(record: Mapping[str, Any], secret: bytes) -> str:
    return hmac.new(secret, json.dumps(record, sort_keys=True).encode(), "sha256").hexdigest()


def _require_record(previous: Release | None, terms: Terms) -> None:
    """Refuse where figures of collected answers stand published and their record is gone."""
    if terms.is_published and previous is None:
        message = (
            f"{terms.last_release} is missing, and a site with figures of the survey is published. "
            "Without it nobody can see what the new figures give away beside the old ones, so "
            "nothing is published. Restore it from a backup; if nobody ever saw that site, remove "
            "the site instead."
        )
        raise DisclosureError(message)


def _own_facts(release: Release, scope: Scope) -> list[tuple[str, str, int | None, float | None]]:
    """Return facts that only the gate may state: a base as it was released, and the rounding."""
    facts: list[tuple[str, str, int | None, float | None]] = [
        ("rounding_base", str(scope.rules.rounding_base), None, None),
        ("least_change", str(scope.rules.least_change), None, None),
    ]
    own = [table.id for table in scope.tables if table.population == _RESPONDENT]
    cells = release.cells
    is_base = cells["table_id"].isin(own) & (cells["area_code"] == scope.area_code)
    bases = cells.loc[is_base & (cells["category"] == ""), "count"]
    if len(bases):
        # 0 people where it is withheld, so that the fact is withheld with it.
        shown = 0 if pd.isna(bases.iloc[0]) else int(bases.iloc[0])
        facts.append(("responses_validated", str(shown), shown, None))
    return facts


def _read_last(terms: Terms) -> tuple[Release | None, pd.DataFrame | None]:
    """Return the last release and its facts; nothing where it was about other people."""
    path = terms.last_release
    try:
        body = json.loads(path.read_text(encoding="utf-8"))
        _require_whole(body, terms.secret)
        if body["state"] != terms.state:
            return None, None
        facts = pd.DataFrame(body["facts"], columns=PUB_SURVEY.names)
        return Release.from_json(body["release"]), facts
    except FileNotFoundError:
        return None, None
    except OSError as fault:
        message = f"{path}: cannot be read ({fault.strerror}). Check its rights."
        raise StorageError(message) from None
    except (ValueError, KeyError, TypeError, AttributeError):
        message = (
            f"{path}: the record of the last release is damaged, or was made with another key, so "
            "this one cannot be compared with it and nothing is published. Restore the key and the "
            "file from a backup; docs/privacy.md says what to do where the key is lost."
        )
        raise UnreadableFileError(message) from None


def _require_whole(body: dict[str, Any], secret: bytes) -> None:
    """Raise ValueError where a record is not as it was written: its facts count as well."""
    if body.pop("seal") != _seal(body, secret) or body["state"] not in SURVEY_STATES:
        message = "the record is not as it was written"
        raise ValueError(message)


def _is_carried_over(release: Release, terms: Terms) -> bool:
    own = {t.id for t in terms.scope.tables if t.population == _RESPONDENT}
    return any(line.is_carried_over for line in release.account if line.table_id in own)


def _read_people(source: duckdb.DuckDBPyConnection, secret: bytes) -> People:
    return People(
        persons=fetch_table(source, "int_person"),
        attributes=fetch_table(source, "int_person_attribute"),
        weights=fetch_table(source, "int_respondent_weight"),
        margins=fetch_table(source, "int_census_margin"),
        secret=secret,
    )


def _area_names(source: duckdb.DuckDBPyConnection) -> dict[str, str]:
    areas = fetch_table(source, "int_area", columns=("area_code", "area_name"))
    return dict(zip(areas["area_code"], areas["area_name"], strict=True))


def _table_rows(scope: Scope) -> pd.DataFrame:
    rows = [_table_row(order, table, scope) for order, table in enumerate(scope.tables, start=1)]
    return pd.DataFrame(rows, columns=PUB_PEOPLE_TABLE.names)


def _table_row(order: int, table: PeopleTable, scope: Scope) -> dict[str, Any]:
    found = [scope.attributes[name] for name in table.attributes]
    is_sensitive = any(attribute.is_sensitive for attribute in found)
    rules = scope.rules
    return {
        "table_id": table.id,
        "sort_order": order,
        "title": table.title,
        "population": table.population,
        "attributes": ";".join(table.attributes),
        "attribute_labels": "; ".join(attribute.label for attribute in found),
        "is_exclusive": all(attribute.is_exclusive for attribute in found),
        "is_sensitive": is_sensitive,
        "threshold": rules.sensitive_threshold if is_sensitive else rules.threshold,
        "margin": table.margin or None,
    }


def _people_rows(release: Release, scope: Scope, names: Mapping[str, str]) -> pd.DataFrame:
    cells = release.cells
    attributes = {table.id: table.attributes for table in scope.tables}
    labels = [
        _label(category, attributes[table], scope)
        for table, category in cells[["table_id", "category"]].to_numpy()
    ]
    is_shown = cells["status"] == PUBLISHED
    return pd.DataFrame(
        {
            "table_id": cells["table_id"],
            "area_code": cells["area_code"],
            "area_name": cells["area_code"].map(names),
            "geography": cells["geography"],
            "category": cells["category"].replace("", ALL),
            "category_label": labels,
            "sort_order": range(1, len(cells) + 1),
            # One mark, whatever the reason: a second one would tell which cells are small.
            "status": is_shown.map({True: "published", False: "suppressed"}),
            "count": cells["count"],
            "share_pct": cells["share_pct"],
            "answered_pct": cells["answered_pct"],
            "weighted_pct": cells["weighted_pct"],
            "census_pct": cells["census_pct"].round().astype("Int64"),
            "coverage_ratio": cells["coverage_ratio"].astype(float),
        }
    )[PUB_PEOPLE.names]


def _label(category: str, attributes: tuple[str, ...], scope: Scope) -> str:
    if not category:
        return "All"
    codes = category.split("/")
    pairs = zip(attributes, codes, strict=True)
    return ", ".join(scope.attributes[name].categories[code] for name, code in pairs)
