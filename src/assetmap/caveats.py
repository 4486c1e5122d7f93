"""Standard caveats: what a reader must know beside a figure, worded once.

Belongs here: the dictionary. An indicator names its caveats by key in its SQL header.
"""

from __future__ import annotations

from typing import Final

CAVEATS: Final[dict[str, str]] = {
    "best_fit": (
        "Adds up whole LSOAs. The ONS gives each to a ward by best fit of its population-weighted "
        "centre, so the sum is close to the ward's own boundary but not the same."
    ),
    "catchment_beyond_data": (
        "Part of the catchment lies outside the neighbourhoods that are loaded, so there is no "
        "figure rather than one that leaves people or places out."
    ),
    "census_perturbation": (
        "The ONS changed small census counts slightly to protect people; totals of different "
        "tables differ by a few."
    ),
    "communal_residents": (
        "Residents of 2021 include people in prisons, halls of residence and care homes."
    ),
    "full_files_needed": (
        "Not available: needs the full official files, of which only an extract is loaded."
    ),
    "generalised_outline": (
        "Places are given to areas by outlines that the ONS simplified; a place near a boundary "
        "may fall on the wrong side."
    ),
    "indicative_disc": (
        "The site's true outline is not known: a disc of the stated hectares around the "
        "register's point stands for it."
    ),
    "missing_parts": "Not available: a figure is missing for at least one part of the area.",
    "no_place_of_kind": "Not available: no place of this kind with a position is loaded.",
    "no_site_with_place": "Not available: the place of no site is recorded.",
    "not_stated": "Not available: the register and the journals state none.",
    "nothing_to_divide": "Not available: a share of nothing; the count below the line is 0.",
    "point_site": (
        "The site's size is not known: distances are measured from its recorded point and so "
        "come out longer than from an edge."
    ),
    "prisoners_left_out": "The population behind it leaves prisoners out.",
    "register_extent": (
        "The extract of the registers that ships holds the places of the study area and of 800 m "
        "around it; beyond that, places are missing until the full registers are loaded."
    ),
    "registers_of_different_dates": (
        "Places come from registers of different dates; openings and closures since then are not "
        "in it."
    ),
    "relative_measure": (
        "Deprivation compares neighbourhoods with each other; it is not an amount, and not "
        "everyone in a deprived neighbourhood is deprived."
    ),
    "schools_of_all_kinds": (
        "Schools are all establishments of the register: colleges, universities and small "
        "independent schools are among them. The number says nothing of how many pupils they take."
    ),
    "site_without_place": "Not available: the place of the site is not recorded.",
    "sites_that_state_none": (
        "At least one site states no figure, so more may be planned than this."
    ),
    "sites_without_place": "Sites whose place is not recorded are left out.",
    "spread_over_postcodes": (
        "An estimate: the residents of each LSOA are shared equally among its live "
        "small-user postcodes. Low and high are the lowest and highest of this and of sharing by "
        "area; they are not a margin of error."
    ),
    "stated_by_register": "As the register or journal states it; not a count of what was built.",
    "straight_line_distance": (
        "Straight-line distance: on foot it is farther, much so across a canal, railway or main "
        "road."
    ),
    "vintage_modelled": (
        "Some LSOAs were merged or changed between 2011 and 2021; their people were shared out "
        "by the residents of mid-2015."
    ),
    "weighted_score": (
        "A mean of scores, weighted by people: it orders areas, but half the score is not "
        "half the deprivation. Ranks and deciles are never averaged."
    ),
}

ABSENCES: Final = frozenset(
    {
        "catchment_beyond_data",
        "full_files_needed",
        "missing_parts",
        "no_place_of_kind",
        "no_site_with_place",
        "not_stated",
        "nothing_to_divide",
        "site_without_place",
    }
)
"""Caveats that say why there is no figure; every figure that is missing carries one."""
