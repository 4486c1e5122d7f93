"""GP practices of the NHS (epraccur, published without a heading).

Optional: where it is present, its open practices take the place of those in
``public_places``. Telephone numbers and other columns are dropped at reading.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from assetmap import fields
from assetmap.contracts import Contract, Disclosure
from assetmap.dataset import Dataset, Source
from assetmap.postcodes import normalise_postcode
from assetmap.readers import Layout

if TYPE_CHECKING:
    import pandas as pd

_USED: Final = {
    1: "Organisation Code",
    2: "Name",
    10: "Postcode",
    13: "Status Code",
    26: "Prescribing Setting",
}
_WIDTH: Final = 27


# The file had letters and numbers until 2025; the report that took its place has words and
# roles. Both are read, and kept in the older form.
_STATUS: Final = {"ACTIVE": "A", "INACTIVE": "C"}
_GP_ROLE: Final = "RO76"
GP_SETTING: Final = "4"


def stage(raw: pd.DataFrame) -> pd.DataFrame:
    """Write postcodes in their published spelling, and status and setting in one form."""
    roles = raw["prescribing_setting"].fillna("").str.split("|")
    is_practice = roles.map(lambda held: _GP_ROLE in held).astype(bool)
    return raw.assign(
        asset_id="ods-" + raw["asset_id"].str.lower(),
        asset_name=raw["asset_name"].str.title(),
        postcode=raw["postcode"].map(normalise_postcode, na_action="ignore").replace("", None),
        status_code=raw["status_code"].str.upper().replace(_STATUS),
        prescribing_setting=raw["prescribing_setting"].mask(is_practice, GP_SETTING),
    )


DATASET = Dataset(
    id="gp_practices",
    source=Source(
        publisher="NHS England, Organisation Data Service",
        title="GP practices (epraccur)",
        url="https://digital.nhs.uk/services/organisation-data-service/export-data-files",
        licence=fields.OGL,
        period="current",
        as_of="2023-02-24",
        is_replaced=True,
    ),
    contract=Contract(
        table="stg_gp_practice",
        row_is="one prescribing organisation, open or closed",
        primary_key=("asset_id",),
        columns=(
            fields.label("asset_id", "ODS code.", about=Disclosure.ORGANISATION),
            fields.label("asset_name", "Name.", about=Disclosure.ORGANISATION),
            fields.label(
                "postcode", "Public address.", about=Disclosure.ORGANISATION, nullable=True
            ),
            fields.label(
                "status_code",
                "A active, C closed, D dormant, P proposed.",
                about=Disclosure.ORGANISATION,
                allowed=("A", "C", "D", "P"),
            ),
            fields.label(
                "prescribing_setting",
                "4 is a GP practice.",
                about=Disclosure.ORGANISATION,
                nullable=True,
            ),
        ),
    ),
    headings={
        "Organisation Code": "asset_id",
        "Name": "asset_name",
        "Postcode": "postcode",
        "Status Code": "status_code",
        "Prescribing Setting": "prescribing_setting",
    },
    layout=Layout(header=tuple(_USED.get(n, f"Field {n}") for n in range(1, _WIDTH + 1))),
    members="*epraccur*.csv",
    stage=stage,
    required=False,
)
