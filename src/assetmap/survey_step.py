"""The survey's step of the build: restricted tables into the warehouse, lists beside it.

Belongs here: what the survey reads from the warehouse and leaves in the build folder. Does
not: any rule of the survey (``survey/``), what may be published (``disclosure/``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pandas as pd

from assetmap.disclosure.facts import FACT_TABLE, FACT_TYPES
from assetmap.disclosure.released import PUB_CODEBOOK
from assetmap.fields import NO_SURVEY
from assetmap.survey.codebook import codebook_rows
from assetmap.survey.conclude import conclude
from assetmap.survey.exports import find_exports
from assetmap.survey.facts import survey_facts
from assetmap.survey.form import read_form
from assetmap.survey.load import FORM, read_answers
from assetmap.survey.reports import write_reports
from assetmap.survey.staging import Places
from assetmap.survey.state import EXPORTS
from assetmap.survey.tables import RESTRICTED
from assetmap.warehouse import (
    column_types,
    create_empty,
    fetch_table,
    open_warehouse,
    write_table,
    write_typed,
)

if TYPE_CHECKING:
    from pathlib import Path

    import duckdb

    from assetmap.settings import Settings

FILE_TABLE: Final = "run_survey_file"
"""Restricted inputs with their hashes: part of the run's id, in no published list."""

FILE_TYPES: Final = {"file": "VARCHAR", "sha256": "VARCHAR"}
STATE_TABLE: Final = "run_survey"
"""Whose answers were loaded, one row; none where there was no survey."""

STATE_TYPES: Final = {"state": "VARCHAR"}


def class_rows() -> pd.DataFrame:
    """Return table, column and disclosure class of everything that the survey may write."""
    classed = [
        (contract.table, column.name, str(column.disclosure))
        for contract in RESTRICTED
        for column in contract.columns
    ]
    facts = [(FACT_TABLE, name, "S") for name in FACT_TYPES]
    return pd.DataFrame([*classed, *facts], columns=["table_name", "column_name", "disclosure"])


def prepare_survey(con: duckdb.DuckDBPyConnection) -> None:
    """Make every table of the survey empty, so that a build without one is whole."""
    for contract in RESTRICTED:
        create_empty(con, contract.table, column_types(contract))
    create_empty(con, FACT_TABLE, FACT_TYPES)
    create_empty(con, FILE_TABLE, FILE_TYPES)
    create_empty(con, STATE_TABLE, STATE_TYPES)


def has_survey(raw: Path) -> bool:
    """Return True where there is a questionnaire below ``raw``, or there are responses to one.

    Responses without their questionnaire are a fault that is told, not a survey that is not.
    """
    return (raw / FORM).is_file() or bool(find_exports(raw / EXPORTS))


def read_codebook(raw: Path) -> pd.DataFrame:
    """Return ``mart_codebook``, with no rows where there is no questionnaire."""
    if not has_survey(raw):
        return pd.DataFrame(columns=PUB_CODEBOOK.names, dtype=object)
    rows = codebook_rows(read_form(raw / FORM))
    return pd.DataFrame(
        {
            "question": rows["question"],
            "sort_order": rows["order"],
            "group_label": rows["group"].replace("", None),
            "label": rows["label_en"],
            "kind": rows["kind"],
            "is_required": rows["is_required"],
            "is_repeated": rows["repeat"] != "",
            "answers": rows["answers_en"].replace("", None),
            "relevant": rows["relevant"].replace("", None),
            "published_as": rows["published_as"],
        }
    )


def find_state(con: duckdb.DuckDBPyConnection) -> str:
    """Return whose answers the warehouse holds: as they were loaded, not as the folder is now."""
    states = fetch_table(con, STATE_TABLE)["state"].tolist()
    return str(states[0]) if states else NO_SURVEY


def load_survey(settings: Settings, warehouse: Path, lists: Path) -> dict[str, int]:
    """Read, judge and write the survey; return the counts of responses loaded and held.

    Parameters
    ----------
    settings
        Where the raw folder is, and the rules.
    warehouse
        The growing warehouse, with postcodes, wards, public places and census margins.
    lists
        Folder for worklists and reports.
    """
    if not has_survey(settings.raw):
        return {"loaded": 0, "held": 0}
    with open_warehouse(warehouse) as con:
        places = Places(
            postcodes=fetch_table(
                con, "stg_postcode_lsoa", columns=("postcode", "lsoa11cd", "terminated_month")
            ),
            wards=fetch_table(con, "stg_lookup_lsoa11_ward17", columns=("lsoa11cd", "wd17cd")),
            study_wards=settings.study_area.wards,
        )
        answers = read_answers(settings.raw, places)
        concluded = conclude(
            answers,
            fetch_table(con, "int_census_margin"),
            fetch_table(con, "stg_public_place", columns=("asset_id", "asset_name")),
            rules=settings.policy.survey,
            study_area=settings.study_area.id,
            least=settings.policy.people.threshold,
        )
        for contract in RESTRICTED:
            write_table(con, contract, concluded.tables[contract.table])
        facts = survey_facts(answers.form, concluded, settings.policy.survey)
        write_typed(con, FACT_TABLE, facts, FACT_TYPES)
        files = pd.DataFrame(answers.files, columns=list(FILE_TYPES))
        write_typed(con, FILE_TABLE, files, FILE_TYPES)
        write_typed(con, STATE_TABLE, pd.DataFrame({"state": [answers.state]}), STATE_TYPES)
    write_reports(lists, answers, concluded)
    return {"loaded": len(answers.people), "held": len(answers.held)}
