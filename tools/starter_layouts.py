"""Publishers' headings for the starter set, by the names that its figures have.

Belongs here: headings, columns left out, and our notes on the sites. Does not: any
reading or writing (``make_starter_set.py``).
"""

from __future__ import annotations

from typing import Final

_LEAST: Final = "(where 1 is most deprived)"
_TENTH: Final = "(where 1 is most deprived 10% of LSOAs)"
_MID_2015: Final = "(excluding prisoners)"

# Facts' prefix: (heading of the measure, heading of its score).
_DEPRIVATION: Final = {
    "imd": ("Index of Multiple Deprivation (IMD)", "Score"),
    "income": ("Income", "Score (rate)"),
    "employment": ("Employment", "Score (rate)"),
    "education": ("Education, Skills and Training", "Score"),
    "health": ("Health Deprivation and Disability", "Score"),
    "crime": ("Crime", "Score"),
    "barriers": ("Barriers to Housing and Services", "Score"),
    "living_environment": ("Living Environment", "Score"),
    "idaci": ("Income Deprivation Affecting Children Index (IDACI)", "Score (rate)"),
    "idaopi": ("Income Deprivation Affecting Older People (IDAOPI)", "Score (rate)"),
}

IMD_HEADINGS: Final[dict[str, str]] = {
    "lsoa11cd": "LSOA code (2011)",
    "lsoa11nm": "LSOA name (2011)",
    "lad19cd": "Local Authority District code (2019)",
    "lad19nm": "Local Authority District name (2019)",
    **{
        f"{prefix}_{part}": f"{measure} {heading}"
        for prefix, (measure, score) in _DEPRIVATION.items()
        for part, heading in (
            ("score", score),
            ("rank", f"Rank {_LEAST}"),
            ("decile", f"Decile {_TENTH}"),
        )
    },
    "population_mid2015": f"Total population: mid 2015 {_MID_2015}",
    "children_0_15_mid2015": f"Dependent Children aged 0-15: mid 2015 {_MID_2015}",
    "age_16_59_mid2015": f"Population aged 16-59: mid 2015 {_MID_2015}",
    "age_60_plus_mid2015": f"Older population aged 60 and over: mid 2015 {_MID_2015}",
    "working_age_mid2015": (
        f"Working age population 18-59/64: for use with Employment Deprivation Domain {_MID_2015}"
    ),
}

_VALUE: Final = "; measures: Value"
_ENGLISH: Final = "Proficiency in English language: "
_OTHER_LANGUAGE: Final = (
    f"{_ENGLISH}Main language is not English (English or Welsh in Wales): Cannot speak English"
)
_NSSEC: Final = "National Statistics Socio-economic Classification (NS-SEC): "
_AGED_16: Final = "Total: All usual residents aged 16 years and over"

CENSUS_HEADINGS: Final[dict[str, dict[str, str]]] = {
    "ts001": {"usual_residents": f"Residence type: Total{_VALUE}"},
    "ts004": {
        "country_of_birth_total": f"Country of birth: Total{_VALUE}",
        "born_uk": f"Country of birth: Europe: United Kingdom{_VALUE}",
        "born_eu": f"Country of birth: Europe: EU countries{_VALUE}",
        "born_africa": f"Country of birth: Africa{_VALUE}",
        "born_middle_east_asia": f"Country of birth: Middle East and Asia{_VALUE}",
    },
    "ts029": {
        "aged_3_plus": f"{_ENGLISH}Total: All usual residents aged 3 years and over",
        "cannot_speak_english_well": f"{_OTHER_LANGUAGE} well",
        "cannot_speak_english": _OTHER_LANGUAGE,
    },
    "ts045": {
        "households": "Number of cars or vans: Total: All households",
        "households_no_car": "Number of cars or vans: No cars or vans in household",
    },
    "ts062": {
        "nssec_16_plus": f"{_NSSEC}{_AGED_16}",
        "never_worked_or_long_term_unemployed": (
            f"{_NSSEC}L14.1 and L14.2 Never worked and long-term unemployed"
        ),
    },
    "ts067": {
        "aged_16_plus": f"Highest level of qualification: {_AGED_16}",
        "no_qualifications": "Highest level of qualification: No qualifications",
        "level_4_plus": "Highest level of qualification: Level 4 qualifications and above",
    },
}

EXACT_FIT_HEADINGS: Final = (
    "LSOA11CD",
    "LSOA11NM",
    "LSOA21CD",
    "LSOA21NM",
    "CHGIND",
    "LAD22CD",
    "LAD22NM",
    "LAD22NMW",
)
WARD_HEADINGS: Final = ("LSOA11CD", "LSOA11NM", "WD17CD", "WD17NM", "WD17NMW", "LAD17CD", "LAD17NM")

# Two respellings of pcds, two names that follow from a code beside them, and a Welsh name
# that is empty in England: without them the extract stays small, and nothing is lost.
POSTCODE_LOOKUP_LEFT_OUT: Final = frozenset({"pcd7", "pcd8", "msoa11nm", "ladnm", "ladnmw"})

# What the documents say about each site, in our words; figures are checked against the facts.
ALIASES_OF_NO_DOCUMENT: Final = {"midland-metropolitan-hospital": "Midland Met"}
"""Other names of sites that the list of aliases cannot hold: it names a document for each."""

SITE_NOTES: Final = {
    "chamberlain-gardens": "Journal: finished in 2016.",
    "city-hospital": (
        "Journal: land expected to come free in 2018/19; it belongs to the Sandwell and West "
        "Birmingham Hospitals NHS Trust."
    ),
    "edgbaston-reservoir": "Journal: an ad-hoc group, the Reservoir group, deals with it.",
    "icknield-port-loop": (
        "Journal: the Canal & River Trust and the city council own the venture; Urban Splash "
        "develops and keeps informed only; Serco is to build and run a swimming pool."
    ),
    "midland-metropolitan-hospital": (
        "Journal: new hospital, capital value GBP 350m, of the Sandwell and West Birmingham "
        "Hospitals NHS Trust. Outside the three wards, in Sandwell's ward Soho and Victoria."
    ),
    "spring-hill": (
        "Journal: outline permission due for 500 homes; later register: 360. The owners sell it "
        "under the name Soho Loop."
    ),
}
