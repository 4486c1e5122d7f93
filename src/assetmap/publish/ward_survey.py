"""What residents of a site's ward answered, for the page of the site.

Belongs here: which ward speaks for a site, and the label that the figures are the ward's.
Does not: any count near the site: people are never counted nearer than the ward.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from assetmap.fields import NO_SURVEY
from assetmap.publish.model import split_keys
from assetmap.publish.people import (
    ALL,
    PeopleArea,
    count_cell,
    declared,
    labelled,
    people_table,
    rows_of,
)
from assetmap.publish.tables import metres, percent

if TYPE_CHECKING:
    from assetmap.publish.model import Published, Row
    from assetmap.publish.tables import Table

_SKILLS: Final = ("skill_theme",)
_HOLDING: Final = ("inside", "overlaps")


@dataclass(frozen=True, kw_only=True)
class WardSurvey:
    """The survey's figures of one ward, and how the site lies to it."""

    title: str
    relation: str
    label: str
    respondents: str
    table: Table | None


def ward_surveys(published: Published, site_id: str) -> list[WardSurvey]:
    """Return the figures of the wards that hold the site, else of the nearest ward.

    Empty without responses, or where the place of the site is not recorded.
    """
    if published.survey_state == NO_SURVEY:
        return []
    wards = _wards(published, site_id)
    return [_ward_survey(published, row, place) for place, row in enumerate(wards, start=1)]


def _wards(published: Published, site_id: str) -> list[Row]:
    codes = {ward["area_code"] for ward in published.wards}
    rows = [r for r in published.of_site("pub_site_area", site_id) if r["area_code"] in codes]
    ordered = sorted(
        rows,
        key=lambda r: (-r["overlap_share"], r["distance_m"], r["area_name"], r["area_code"]),
    )
    holding = [row for row in ordered if row["relation"] in _HOLDING]
    return holding or ordered[:1]


def _ward_survey(published: Published, row: Row, place: int) -> WardSurvey:
    ward = PeopleArea(code=row["area_code"], name=row["area_name"], geography="ward")
    return WardSurvey(
        title=ward.label,
        relation=_relation(row, ward),
        label=labelled(published, f"Respondents in {ward.label}"),
        respondents=_respondents(published, ward),
        table=_skills(published, ward, place),
    )


def _skills(published: Published, ward: PeopleArea, place: int) -> Table | None:
    meta = _declared_by(published, _SKILLS)
    if meta is None:
        return None
    return people_table(published, meta, table_id=f"ward-people-{place}", only=ward)


def _declared_by(published: Published, attributes: tuple[str, ...]) -> Row | None:
    metas = declared(published, "respondent")
    return next((m for m in metas if split_keys(m["attributes"]) == attributes), None)


def _respondents(published: Published, ward: PeopleArea) -> str:
    everyone = _declared_by(published, ())
    rows = rows_of(published, everyone["table_id"]) if everyone else []
    found = (r for r in rows if (r["area_code"], r["category"]) == (ward.code, ALL))
    return count_cell(next(found, None)).text


def _relation(row: Row, ward: PeopleArea) -> str:
    if row["relation"] == "inside":
        return f"The site lies in {ward.label}."
    if row["relation"] == "overlaps":
        return f"{percent(row['overlap_share'])} of the site lies in {ward.label}."
    return (
        f"The site lies outside the study area's wards; {ward.label} is the nearest, "
        f"{metres(row['distance_m'])} away."
    )
