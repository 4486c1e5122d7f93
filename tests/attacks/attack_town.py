"""A synthetic town that is made to be attacked: its people, their answers and their secrets.

Nobody in it exists. Homes are real postcodes and nothing but carriers of a ward; telephone
numbers are of the range kept free for drama, National Insurance numbers begin with QQ, which is
given to nobody, mail ends in example.org. Every invented word has one stem in it.

Belongs here: who lives there, what is planted, and the files that they become. Does not:
building, attacking. The truth is counted from these rows alone, by no code of the project.
"""

from __future__ import annotations

import csv
import hashlib
import shutil
from collections import Counter, defaultdict
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random

import openpyxl

ROOT = Path(__file__).parents[2]
RAW = ROOT / "data/raw"

LADYWOOD, SOHO, SMETHWICK = WARDS = ("E05001193", "E05001205", "E05001277")
AREA = "greater_icknield"
SIZES = {LADYWOOD: 150, SOHO: 98, SMETHWICK: 43}
RESEARCHERS = 6

REFUSED, MINORS, STRANGERS, UNTRUSTED = 30, 4, 5, 8
"""Who must not be counted: no consent, under 18, living elsewhere, sent by nobody."""

FREE_TEXTS = ("languages_other", "skills_other", "idea", "feeling_text", "notes")
STEM = "zqxvj"

_TABLES = """
[[people_tables]]
id = "languages"
title = "Languages spoken"
attributes = ["language"]
geographies = ["study_area"]

[[people_tables]]
id = "age_sex"
title = "Age and sex"
attributes = ["age_band", "sex"]
geographies = ["study_area", "ward"]

[[people_tables]]
id = "sex_qualification"
title = "Sex and highest qualification"
attributes = ["sex", "qualification_level"]
geographies = ["study_area"]
"""
"""Tables that this town declares beside those of the project's own policy."""

_SKILLS = {
    "cooking": "food",
    "cleaning": "cleaning",
    "driving": "transport",
    "construction": "construction",
    "plumbing": "construction",
    "teaching": "education_language",
    "interpreting": "education_language",
    "bookkeeping": "business_office",
    "retail": "retail",
    "nursing": "health",
    "hairdressing": "personal_services",
    "farming": "growing",
    "it_support": "digital",
    "sewing": "textiles",
    "childcare": "care",
    "elder_care": "care",
    "other": "other",
}
_COMMON = tuple(_SKILLS)[:10]
_LEVELS = {"level_1": "levels_1_to_3", "level_2": "levels_1_to_3", "level_3": "levels_1_to_3"}
_COUNTRIES = {
    "other_europe": "other",
    "americas_caribbean": "other",
    "oceania_other": "other",
}
_SEXES = {"other": "other_not_said", "not_said": "other_not_said"}

AGES = ("18_24", "25_34", "35_44", "45_54", "55_64")
"""Nobody is 65 or over: the planted category of 0 that the census has residents in."""

EXCLUSIVE = {
    "age_band": (*AGES, "65_plus", "no_answer"),
    "sex": ("female", "male", "other_not_said"),
    "qualification_level": ("none", "levels_1_to_3", "level_4_plus", "not_said"),
    "country_group": ("uk", "eu", "africa", "middle_east_asia", "other", "not_said"),
    "recognition": ("none_overseas", "recognised", "not_recognised"),
    "enterprise_interest": ("yes", "maybe", "no", "no_answer"),
    "development_feeling": ("opportunity", "threat", "mixed", "no_view", "no_answer"),
}


@dataclass(frozen=True)
class Person:
    """One row of the export; ``fate`` is ``counted`` or why not."""

    number: int
    fate: str
    ward: str
    postcode: str
    researcher: str
    answers: dict[str, str]
    qualifications: tuple[dict[str, str], ...] = ()
    mentions: tuple[dict[str, str], ...] = ()

    @property
    def receipt(self) -> str:
        """Number of the slip: letters and digits that no page has by chance."""
        signs = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
        digest = hashlib.sha256(f"receipt {self.number}".encode()).digest()
        return "Z" + "".join(signs[byte % len(signs)] for byte in digest[:4]) + "7"

    @property
    def uid(self) -> str:
        """Number of the submission."""
        text = hashlib.sha256(f"uid {self.number}".encode()).hexdigest()
        return f"c0ffee99-{text[:4]}-4{text[4:7]}-a{text[7:10]}-{text[10:22]}"

    @property
    def secrets(self) -> dict[str, str]:
        """What this person told of themselves, by kind."""
        n = self.number
        return {
            "phone": f"07700 900{n:03d}",
            "mail": f"{STEM}.{n:03d}@example.org",
            "insurance": f"QQ {n % 90 + 10} {n // 90 + 10} 37 C",
            "postcode": self.postcode,
            "name": f"Orla{_word(n, 'n')} Tamber{_word(n, 'm')}",
            "street": f"{n + 1} Mirro{_word(n, 's')} Passage",
        }

    def canary(self, question: str) -> str:
        """Return what this person writes where the form leaves room for words."""
        kept = self.secrets
        return (
            f"{STEM}{question.replace('_', '')}{self.number:03d}: I am {kept['name']} of "
            f"{kept['street']}, {kept['postcode']}; ring {kept['phone']} or mail {kept['mail']}, "
            f"NI number {kept['insurance']}"
        )

    @property
    def themes(self) -> set[str]:
        """Themes of the skills."""
        return {_SKILLS[skill] for skill in self.answers["skills"].split() if skill in _SKILLS}

    def categories(self, attribute: str) -> set[str]:
        """Return the categories of an attribute that this person is counted in."""
        said = self.answers
        if attribute == "skill_theme":
            return self.themes
        if attribute in ("idea_theme", "language"):
            return set(said[f"{attribute}s"].split())
        if attribute == "recognition":
            return {self._recognition()}
        folds = {"sex": _SEXES, "qualification_level": _LEVELS, "country_group": _COUNTRIES}
        given = said.get(attribute, "")
        return {folds.get(attribute, {}).get(given, given) or "no_answer"}

    def _recognition(self) -> str:
        overseas = [q for q in self.qualifications if q["qual_country"] != "uk"]
        if any(q["qual_uk_status"] in ("recognised", "not_needed") for q in overseas):
            return "recognised"
        return "not_recognised" if overseas else "none_overseas"


def _word(number: int, mark: str) -> str:
    vowels = "aeiou"
    return f"{STEM}{mark}" + "".join(vowels[number // 5**place % 5] + "l" for place in range(4))


@dataclass(frozen=True)
class Town:
    """All rows of the export, in order."""

    people: tuple[Person, ...] = field(repr=False)
    is_synthetic: bool = False
    extra_policy: str = _TABLES
    homes: dict[str, tuple[int, int]] = field(default_factory=dict, repr=False)

    @property
    def counted(self) -> list[Person]:
        """Everybody who may be counted."""
        return [person for person in self.people if person.fate == "counted"]

    def count(self, area: str, answers: tuple[tuple[str, str], ...] = ()) -> int:
        """Return how many counted people live there and answered so."""
        return sum(
            (area in (AREA, person.ward))
            and all(category in person.categories(name) for name, category in answers)
            for person in self.counted
        )

    def without(self, gone: set[int]) -> Town:
        """Return the town without some people, by number."""
        return replace(self, people=tuple(p for p in self.people if p.number not in gone))

    def permuted(self) -> Town:
        """Return the town with the answers of common categories exchanged for one another.

        Large and small categories change places, so whatever is sorted by the truth moves.
        """
        return replace(self, people=tuple(map(_turn, self.people)))


def _turn(person: Person) -> Person:
    def turned(name: str, codes: tuple[str, ...]) -> str:
        said = person.answers[name]
        return codes[(codes.index(said) * 3 + 1) % len(codes)] if said in codes else said

    answers = person.answers | {
        "age_band": turned("age_band", (*AGES[::-1], "65_plus")),
        "enterprise_interest": turned("enterprise_interest", ("no", "yes", "maybe", "")),
        "development_feeling": turned("development_feeling", ("mixed", "threat", "opportunity")),
        "idea_themes": "housing" if "food" in person.answers["idea_themes"] else "sport",
    }
    return replace(person, answers=answers)


def make_town(seed: int = 7, *, is_synthetic: bool = False, joined: int = 0) -> Town:
    """Return the town; ``joined`` people more than last week stand at its end."""
    draw = Random(seed)  # noqa: S311 - nobody's secret hangs on it
    homes = find_homes()
    people: list[Person] = []
    for ward, size in SIZES.items():
        people += [_draw_person(draw, len(people) + i, "counted", ward, homes) for i in range(size)]
    _plant(people)
    for fate, size in (
        ("no_consent", REFUSED),
        ("under_18", MINORS),
        ("outside", STRANGERS),
        ("untrusted", UNTRUSTED),
    ):
        first = len(people)
        people += [_draw_person(draw, first + i, fate, LADYWOOD, homes) for i in range(size)]
    for _ in range(joined):
        ward = draw.choices(WARDS, weights=list(SIZES.values()))[0]
        person = _draw_person(draw, len(people), "counted", ward, homes)
        people.append(_set(person, age_band=draw.choice(AGES)))
    whole = tuple(_write_words(person) for person in people)
    return Town(whole, is_synthetic, homes=homes.points)


def _draw_person(draw: Random, number: int, fate: str, ward: str, homes: Homes) -> Person:
    postcode = homes.elsewhere[number] if fate == "outside" else homes.of_ward[ward].pop()
    spoken = ["english"] if number % 25 else []
    spoken += draw.sample(["urdu", "punjabi", "polish", "somali"], k=0 if number % 12 else 1)
    answers = {
        "collected_on": f"2026-06-{number % 28 + 1:02d}",
        "mode": "online",
        "consent_research": "yes",
        "consent_map": "yes",
        "age_band": draw.choice(AGES),
        "sex": "female",
        "country_group": draw.choices(
            ["uk", "eu", "africa", "middle_east_asia", "americas_caribbean", "not_said"],
            weights=[45, 12, 14, 18, 8, 3],
        )[0],
        "languages": " ".join(sorted(spoken or ["arabic"])),
        "qualification_level": draw.choices(
            ["none", "level_1", "level_2", "level_3", "level_4_plus", "not_said"],
            weights=[15, 12, 18, 20, 32, 3],
        )[0],
        "skills": " ".join(sorted(draw.sample(_COMMON, k=draw.randint(1, 4)))),
        "construction_experience": draw.choice(["yes", "no"]),
        "business_experience": draw.choice(["yes", "no"]),
        "enterprise_interest": draw.choices(["yes", "maybe", "no", ""], weights=[30, 30, 35, 5])[0],
        "idea_themes": " ".join(
            sorted(draw.sample(["food", "health", "arts", "sport", "repair"], draw.randint(1, 3)))
        ),
        "passions": " ".join(sorted(draw.sample(["faith", "music", "cricket", "crafts"], k=2))),
        "development_feeling": draw.choices(
            ["opportunity", "threat", "mixed", "no_view"], weights=[35, 25, 30, 10]
        )[0],
        "follow_up": draw.choice(["yes", "no"]),
    }
    fates = {"no_consent": {"consent_research": "no"}, "under_18": {"age_band": "under_18"}}
    researcher = f"R{number % RESEARCHERS + 1:02d}"
    if fate == "untrusted":
        researcher = ""
    origin = draw.choice(["uk", "eu", "africa", "middle_east_asia"])
    status = draw.choice(["recognised", "not_recognised", "in_progress"])
    gained = {"qual_country": origin, "qual_medical": "no", "qual_uk_status": status}
    person = Person(number, fate, ward, postcode, researcher, answers | fates.get(fate, {}))
    return replace(person, qualifications=(gained,) if number % 3 else ())


def _set(person: Person, **answers: str) -> Person:
    return replace(person, answers=person.answers | answers)


def _change(people: list[Person], places: list[int], **answers: str) -> None:
    for place in places:
        people[place] = _set(people[place], **answers)


def _add_skill(people: list[Person], places: list[int], *skills: str) -> None:
    for place in places:
        said = {*people[place].answers["skills"].split(), *skills}
        people[place] = _set(people[place], skills=" ".join(sorted(said)))


def _plant(people: list[Person]) -> None:
    """Put in what attackers come for."""
    of_ward = defaultdict(list)
    for place, person in enumerate(people):
        of_ward[person.ward].append(place)
    _plant_sexes(people, of_ward)
    _plant_a_uniform_group(people, of_ward[SMETHWICK])
    # Cells of 9, 10 and 11, and a skill of one person.
    _add_skill(people, of_ward[LADYWOOD][20:29], "hairdressing")
    _add_skill(people, of_ward[SOHO][40:50], "farming")
    _add_skill(people, of_ward[SMETHWICK][5:16], "it_support")
    _add_skill(people, of_ward[LADYWOOD][60:61], "sewing")
    # Six people, twelve answers.
    _add_skill(people, of_ward[SMETHWICK][30:36], "childcare", "elder_care")
    _plant_a_unique_person(people, of_ward[LADYWOOD])


def _plant_sexes(people: list[Person], of_ward: dict[str, list[int]]) -> None:
    """In Soho 98 = 52 + 37 + 9, shown as 100 = 50 + 35 + [c] where nothing else is withheld.

    The hidden one is then 9 or more, and as a mark that stands alone below 10.
    """
    sexes = {
        LADYWOOD: ("female",) * 80 + ("male",) * 66 + ("other",) * 2 + ("not_said",) * 2,
        SOHO: ("female",) * 52 + ("male",) * 37 + ("other",) * 9,
        SMETHWICK: ("female",) * 22 + ("male",) * 20 + ("other",),
    }
    for ward, said in sexes.items():
        for place, sex in zip(of_ward[ward], said, strict=True):
            _change(people, [place], sex=sex)


def _plant_a_uniform_group(people: list[Person], places: list[int]) -> None:
    """Everybody of 55 to 64 in Smethwick, 13 people, was born in Africa."""
    _change(people, places[:13], age_band="55_64", country_group="africa")
    others = [place for place in places[13:] if people[place].answers["age_band"] == "55_64"]
    _change(people, others, age_band="25_34")


def _plant_a_unique_person(people: list[Person], places: list[int]) -> None:
    """One man of 55 to 64 has no qualification: no single table shows him."""
    men = [place for place in places if people[place].answers["sex"] == "male"]
    unique = {"sex": "male", "age_band": "55_64", "qualification_level": "none"}
    alike = [p for p, person in enumerate(people) if unique.items() <= person.answers.items()]
    _change(people, alike, qualification_level="level_2")
    _change(people, men[:1], age_band="55_64", qualification_level="none")


def _write_words(person: Person) -> Person:
    """Put canaries wherever the form takes words, and wherever a list is not kept to."""
    said = {name: person.canary(name) for name in FREE_TEXTS}
    if person.number % 40 == 1:
        said["mode"] = person.canary("mode")
        said["follow_up"] = person.canary("follow_up")
    if person.fate == "untrusted":
        person = replace(person, researcher=person.canary("researcher"))
    titles = tuple(q | {"qual_title": person.canary("qual_title")} for q in person.qualifications)
    mentions = (
        {"mention_kind": "place", "mention_name": person.canary("mention_name")},
        {"mention_kind": "group", "mention_name": f"Circle of {person.secrets['name']}"},
    )
    return replace(person, answers=person.answers | said, qualifications=titles, mentions=mentions)


# ---------------------------------------------------------------------------------------------
# Homes


@dataclass(frozen=True)
class Homes:
    """Postcodes in use by ward, some outside the wards, and where they lie in metres."""

    of_ward: dict[str, list[str]]
    elsewhere: list[str]
    points: dict[str, tuple[int, int]]


def find_homes() -> Homes:
    """Return postcodes that no published organisation has."""
    ward_of = {
        row["LSOA11CD"]: row["WD17CD"]
        for row in _rows("lookup_lsoa11_ward17/LSOA11_WD17_LAD17_starter.csv")
    }
    with (RAW / "postcodes/code_point_open/b_starter.csv").open(encoding="utf-8") as lines:
        points = {
            row[0].replace(" ", ""): (int(row[2]), int(row[3]))
            for row in csv.reader(lines)
            if int(row[1]) < 60
        }
    public = {
        (row["postcode"] or "").replace(" ", "")
        for row in _rows("public_places/public_places_starter.csv")
    }
    found = defaultdict(list)
    for row in _rows("postcodes/postcode_lsoa/PCD_OA_LSOA_MSOA_LAD_MAY22_starter.csv"):
        folded = row["pcds"].replace(" ", "")
        if not row["doterm"] and folded in points and folded not in public:
            found[ward_of.get(row["lsoa11cd"], "")].append(row["pcds"])
    elsewhere = [p for ward, each in found.items() if ward not in WARDS for p in each]
    order = Random(3)  # noqa: S311 - as above
    for each in found.values():
        order.shuffle(each)
    return Homes({ward: found[ward] for ward in WARDS}, elsewhere, points)


def _rows(name: str) -> list[dict[str, str]]:
    with (RAW / name).open(encoding="utf-8-sig", newline="") as lines:
        return list(csv.DictReader(lines))


# ---------------------------------------------------------------------------------------------
# Files

_ADDED = ("_id", "_uuid", "_submission_time", "_validation_status", "__version__", "_index")
_COLUMNS = (
    *("researcher", "receipt", "collected_on", "mode", "consent_research", "consent_map"),
    *("postcode", "age_band", "sex", "country_group", "languages", "languages_other"),
    *("qualification_level", "skills", "skills_other", "construction_experience"),
    *("business_experience", "enterprise_interest", "idea_themes", "idea", "passions"),
    *("development_feeling", "feeling_text", "follow_up", "notes"),
)
UNDECLARED = ("username", "deviceid", "phonenumber", f"what Ezra{STEM}heading told me")
"""Columns that the form does not have; the last holds a name in its very heading."""


def main_row(person: Person, index: int) -> list[str]:
    """Return one row of the export."""
    cells = person.answers | {
        "researcher": person.researcher,
        "receipt": person.receipt,
        "postcode": person.postcode,
    }
    n = person.number
    moment = f"2026-06-{n % 28 + 1:02d}T{n % 24:02d}:00:00"
    undeclared = [person.canary(f"undeclared{place}") for place in range(len(UNDECLARED))]
    return [
        *(cells.get(name, "") for name in _COLUMNS),
        *undeclared,
        *(str(700_000 + n), person.uid, moment, "", "vTown", str(index)),
    ]


def write_raw(town: Town, raw: Path) -> Path:
    """Copy the starter set to ``raw`` and put the town's survey in place of the sample."""
    shutil.copytree(RAW, raw)
    survey = raw / "survey"
    for name in ("exports", "researchers", "reviews", "payments", "erasures"):
        shutil.rmtree(survey / name)
        (survey / name).mkdir(mode=0o700)
    with (raw / "policy.toml").open("a", encoding="utf-8") as policy:
        policy.write(town.extra_policy)
    write_export(town, raw)
    mark = "_synthetic" if town.is_synthetic else ""
    _write(survey / f"researchers/register{mark}.csv", researcher_rows())
    _write(survey / f"payments/vouchers{mark}.csv", _payment_rows())
    _write(survey / f"reviews/reviews{mark}.csv", _review_rows(town))
    return raw


def write_export(town: Town, raw: Path) -> None:
    """Write the export of a KoboToolbox project, as CSV and as XLSX with the repeats."""
    folder = raw / "survey/exports"
    for path in folder.iterdir():
        path.unlink()
    mark = "_synthetic" if town.is_synthetic else ""
    rows = [[*_COLUMNS, *UNDECLARED, *_ADDED]]
    rows += [main_row(person, index) for index, person in enumerate(town.people, start=1)]
    _write(folder / f"kobo{mark}.csv", rows, delimiter=";")
    book = openpyxl.Workbook(write_only=True)
    sheets = {"Town survey": rows, **_repeat_rows(town)}
    for title, cells in sheets.items():
        sheet = book.create_sheet(title)
        for row in cells:
            sheet.append(row)
    path = folder / f"kobo{mark}.xlsx"
    book.save(path)
    path.chmod(0o600)


def _repeat_rows(town: Town) -> dict[str, list[list[str]]]:
    asked = {
        "qualification": ("qual_title", "qual_country", "qual_medical", "qual_uk_status"),
        "mention": ("mention_kind", "mention_name"),
    }
    sheets = {}
    for repeat, names in asked.items():
        rows = [[*names, "_index", "_parent_index", "_submission__uuid"]]
        for index, person in enumerate(town.people, start=1):
            items = person.qualifications if repeat == "qualification" else person.mentions
            rows += [
                [*(item[name] for name in names), str(len(rows)), str(index), person.uid]
                for item in items
            ]
        sheets[repeat] = rows
    return sheets


def researcher_rows() -> list[list[str]]:
    """Return the register: twelve invited, six trained, nobody accredited."""
    stages = ("recruited", "module_1", "module_2", "module_3", "accredited")
    heading = ["researcher_id", "name", "cohort", "recruited_via", "invited_on"]
    rows = [[*heading, *(f"{stage}_on" for stage in stages)]]
    for number in range(1, 13):
        reached = (10 if number <= RESEARCHERS else 0) and (2 if number > 1 else 4)
        dates = [f"2026-0{month}-05" for month in (2, 3, 4, 5, 6)]
        name = f"Brann{_word(number, 'r')} Osk{_word(number, 'q')}"
        until = [date if place < reached else "" for place, date in enumerate(dates)]
        rows.append([f"R{number:02d}", name, "cohort 1", "event", "2026-01-05", *until])
    return rows


def _payment_rows() -> list[list[str]]:
    heading = ["voucher_ref", "researcher_id", "paid_on", "amount_gbp"]
    paid = [f"R{number:02d}" for number in range(1, RESEARCHERS + 1)]
    return [heading] + [[f"VOUCHER{STEM}{code}", code, "2026-07-01", "20"] for code in paid]


def _review_rows(town: Town) -> list[list[str]]:
    heading = ["kind", "subject", "decision", "decided_on"]
    names = [person.mentions[1]["mention_name"] for person in town.people[:3]]
    return [heading] + [["place", name, "new", "2026-07-01"] for name in names]


def _write(path: Path, rows: list[list[str]], delimiter: str = ",") -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, delimiter=delimiter, lineterminator="\n").writerows(rows)
    path.chmod(0o600)


def canaries(town: Town) -> dict[str, str]:
    """Return every secret of the town by a name that holds none of it."""
    found: dict[str, str] = {}
    for person in town.people:
        who = f"person {person.number}"
        found |= {f"{kind} of {who}": value for kind, value in person.secrets.items()}
        found[f"receipt of {who}"] = person.receipt
        found[f"submission of {who}"] = person.uid
    for code, name, *_ in researcher_rows()[1:]:
        found[f"name of researcher {int(code[1:])}"] = name
    found |= {f"voucher {n}": row[0] for n, row in enumerate(_payment_rows()[1:], start=1)}
    found["name in a heading"] = f"Ezra{STEM}heading"
    return found


def answer_counts(town: Town, attribute: str) -> Counter[str]:
    """Return how many people are in each category of the whole area."""
    return Counter(code for person in town.counted for code in person.categories(attribute))
