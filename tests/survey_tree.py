"""A folder of raw data with a survey in it, small and by hand. Nobody in it exists."""

import csv
import io
import shutil
from pathlib import Path

import pandas as pd

from assetmap.settings import SurveyRules
from assetmap.survey.conclude import conclude
from assetmap.survey.pseudonyms import SYNTHETIC_KEY, pseudonym
from assetmap.survey.restricted import write_private
from assetmap.survey.staging import Places
from assetmap.survey.withdrawal import fold_number

ROOT = Path(__file__).parents[1]
RAW = ROOT / "data/raw"
FORM = RAW / "survey/form.xlsx"
LAYOUTS = ROOT / "tests/data/survey/layouts"
LADYWOOD, SOHO, SMETHWICK = "E05001193", "E05001205", "E05001277"
KEY = "0123456789abcdef" * 4

PLACES = Places(
    postcodes=pd.DataFrame(
        [
            ("B18 4BJ", "E01000001", None),
            ("B16 8QQ", "E01000002", None),
            ("B66 1AA", "E01000001", "201912"),
            ("B66 4BB", "E01000003", None),
        ],
        columns=["postcode", "lsoa11cd", "terminated_month"],
    ),
    wards=pd.DataFrame(
        [("E01000001", LADYWOOD), ("E01000002", SOHO), ("E01000003", "E05009999")],
        columns=["lsoa11cd", "wd17cd"],
    ),
    study_wards=(LADYWOOD, SOHO, SMETHWICK),
)

NO_MARGINS = pd.DataFrame(columns=["dimension", "category", "area_code", "people_count"])
PUBLIC_PLACES = pd.DataFrame(
    [("library-1", "Synthetic Library")], columns=["asset_id", "asset_name"]
)
RULES = SurveyRules()

GOOD = {
    "receipt": "K7M2QX",
    "researcher": "R07",
    "collected_on": "2026-05-03",
    "mode": "paper",
    "consent_research": "yes",
    "consent_map": "yes",
    "postcode": "B18 4BJ",
    "age_band": "25_34",
    "skills": "cooking",
}
"""A paper questionnaire that loads."""

REGISTER = (
    "researcher_id,name,cohort,recruited_via,invited_on,recruited_on,module_1_on,"
    "module_2_on,module_3_on,accredited_on\n"
    "R07,Synthetica Madeup,cohort 1,event,2026-01-01,2026-01-02,2026-02-01,,,\n"
)


def person(receipt, key=SYNTHETIC_KEY):
    """Return the pseudonym of a receipt or submission number."""
    return pseudonym(key, fold_number(receipt))


def sheet(*rows):
    """Return a paper entry sheet: each row is GOOD with some answers changed."""
    whole = [GOOD | row for row in rows]
    names = list(dict.fromkeys(name for row in whole for name in row))
    text = io.StringIO()
    writer = csv.DictWriter(text, names, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(whole)
    return text.getvalue()


def plant(raw, name, *rows):
    """Write a paper entry sheet into the exports of ``raw``, for this user alone."""
    write_private(raw / "survey/exports" / name, sheet(*rows))
    return raw


def make_tree(raw, *, register="researchers_synthetic.csv"):
    """Make a raw folder with the questionnaire and a register, and no exports yet."""
    (raw / "survey/exports").mkdir(parents=True)
    shutil.copy(FORM, raw / "survey/form.xlsx")
    if register:
        write_private(raw / "survey/researchers" / register, REGISTER)
    return raw


def make_collected(raw):
    """Make a raw folder whose files do not say that they are made up."""
    return make_tree(raw, register="researchers.csv")


def conclude_all(answers, margins=NO_MARGINS, public_places=PUBLIC_PLACES, rules=RULES):
    """Return what follows from staged answers in a town with one public place."""
    return conclude(answers, margins, public_places, rules=rules, study_area="town", least=10)
