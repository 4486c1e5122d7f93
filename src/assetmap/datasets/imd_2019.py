"""English Indices of Deprivation 2019 (File 7): scores, ranks and deciles by LSOA of 2011."""

from typing import Final

from assetmap import fields
from assetmap.contracts import Column, Contract, Disclosure
from assetmap.dataset import Dataset, Source
from assetmap.geography import LAD_PATTERN

LSOA_COUNT: Final = 32_844

_DOMAINS: Final = {
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
_POPULATIONS: Final = {
    "Total population: mid 2015 (excluding prisoners)": (
        "resident_mid2015_count",
        "Residents at mid-2015, without prisoners.",
    ),
    "Dependent Children aged 0-15: mid 2015 (excluding prisoners)": (
        "child_mid2015_count",
        "Children aged 0 to 15 at mid-2015.",
    ),
    "Older population aged 60 and over: mid 2015 (excluding prisoners)": (
        "aged_60_plus_mid2015_count",
        "People aged 60 and over at mid-2015.",
    ),
    (
        "Working age population 18-59/64: for use with Employment Deprivation Domain "
        "(excluding prisoners)"
    ): (
        "working_age_mid2015_count",
        "Women aged 18 to 59 and men aged 18 to 64 at mid-2015.",
    ),
}
_RANK_HEADING: Final = "Rank (where 1 is most deprived)"
_DECILE_HEADING: Final = "Decile (where 1 is most deprived 10% of LSOAs)"


def _headings() -> dict[str, str]:
    headings = {
        "LSOA code (2011)": "lsoa11cd",
        "LSOA name (2011)": "lsoa11nm",
        "Local Authority District code (2019)": "lad19cd",
    }
    for domain, (title, score) in _DOMAINS.items():
        headings[f"{title} {score}"] = f"{domain}_score"
        headings[f"{title} {_DECILE_HEADING}"] = f"{domain}_decile"
    headings[f"{_DOMAINS['imd'][0]} {_RANK_HEADING}"] = "imd_rank"
    return headings | {theirs: name for theirs, (name, _) in _POPULATIONS.items()}


def _measures() -> tuple[Column, ...]:
    columns = []
    for domain, (title, _) in _DOMAINS.items():
        columns += [
            _measure(f"{domain}_score", "number", f"{title}: score; higher is more deprived."),
            _measure(f"{domain}_decile", "integer", f"{title}: 1 = most deprived tenth.", 10),
        ]
    columns.append(_measure("imd_rank", "integer", "1 = most deprived LSOA.", LSOA_COUNT))
    return tuple(columns)


def _measure(name: str, kind: str, description: str, highest: int | None = None) -> Column:
    return Column(
        name=name,
        kind="integer" if kind == "integer" else "number",
        description=description,
        disclosure=Disclosure.BASE,
        nullable=True,
        minimum=1 if highest else None,
        maximum=highest,
    )


DATASET = Dataset(
    id="imd_2019",
    source=Source(
        publisher="Ministry of Housing, Communities and Local Government",
        title="English Indices of Deprivation 2019, File 7",
        url="https://www.gov.uk/government/statistics/english-indices-of-deprivation-2019",
        licence=fields.OGL,
        period="2019 (most data 2015/16; population mid-2015)",
        as_of="2019-09-26",
    ),
    contract=Contract(
        table="stg_imd_2019",
        row_is="one LSOA of 2011",
        primary_key=("lsoa11cd",),
        columns=(
            fields.LSOA11CD,
            fields.LSOA11NM,
            fields.code("lad19cd", "Local authority of 2019.", LAD_PATTERN),
            *_measures(),
            *(fields.count(name, text) for name, text in _POPULATIONS.values()),
        ),
    ),
    headings=_headings(),
)
