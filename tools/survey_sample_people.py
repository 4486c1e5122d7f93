"""Draw the people of the synthetic survey sample, their faults and their copies.

Belongs here: from census shares and made-up ones to responses, one seed to one result.
Does not: the shares themselves (``survey_sample_words.py``), the kinds of faults
(``survey_sample_dirt.py``), files (``make_survey_sample.py``).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final, TypeVar

import numpy as np

import survey_sample_words as words
from survey_sample_dirt import CHANGES, COPIES, DIRT, MISSPELT, PLANTED

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from survey_sample_areas import Ward

T = TypeVar("T")
Cells = dict[str, str]

_RECEIPT: Final = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
_RECEIPT_LENGTH: Final = 6
_LAST_DAY: Final = datetime.fromisoformat("2026-09-25")
_RESEARCHERS: Final = {
    row[0]: dict(zip(words.RESEARCHER_HEADINGS, row, strict=True)) for row in words.RESEARCHERS
}
_CIRCLES: Final = {circle.researcher: circle for circle in words.CIRCLES}
_AGAIN: Final = timedelta(days=31)
"""Until somebody is asked again: always another month."""
_ROUNDS: Final = 50
"""Of fitting researchers to wards; it settles within ten."""


@dataclass(frozen=True, kw_only=True)
class Response:
    """One response as it is exported: cells by XML name, repeats, its ward and its fault."""

    cells: Cells
    ward: str
    qualifications: tuple[Cells, ...] = ()
    mentions: tuple[Cells, ...] = ()
    fault: str = ""

    def changed(self, cells: Mapping[str, str]) -> Response:
        """Return the response with other answers in ``cells``."""
        return replace(self, cells={**self.cells, **cells})


class Draw:
    """Choices from one stream of numbers in [0, 1), the part of numpy that stays as it is."""

    def __init__(self, seed: int) -> None:
        self._stream = np.random.Generator(np.random.PCG64(seed))

    def below(self, count: int) -> int:
        """Return a whole number from 0 to ``count`` - 1."""
        return int(self._stream.random() * count)

    def chance(self, share: float) -> bool:
        """Return True in ``share`` of all cases."""
        return bool(self._stream.random() < share)

    def one_of(self, items: Sequence[T]) -> T:
        """Return one of ``items``, each as likely."""
        return items[self.below(len(items))]

    def some_of(self, items: Sequence[T], count: int) -> list[T]:
        """Return ``count`` different ones of ``items``, in their order."""
        return [items[i] for i in sorted(self.shuffled(range(len(items)))[:count])]

    def shuffled(self, items: Sequence[T]) -> list[T]:
        """Return ``items`` in another order."""
        return sorted(items, key=lambda _: float(self._stream.random()))

    def pick(self, weights: Mapping[str, float]) -> str:
        """Return a key, as likely as its weight."""
        left = float(self._stream.random()) * sum(weights.values())
        for key, weight in weights.items():
            left -= weight
            if left < 0:
                return key
        return list(weights)[-1]

    def several(self, shares: Mapping[str, float]) -> list[str]:
        """Return each key with the probability that stands beside it; at least one key."""
        drawn = [key for key, share in shares.items() if self.chance(share)]
        return drawn or [self.pick(shares)]


def make_responses(wards: Mapping[str, Ward], outside: Sequence[str], seed: int) -> list[Response]:
    """Return the whole sample in order of submission.

    Parameters
    ----------
    wards
        The wards of the study area by their codes, with their census shares and postcodes.
    outside
        Live postcodes of wards nearby.
    seed
        The same seed gives the same sample.
    """
    draw = Draw(seed)
    plan = _plan()
    matrix = _fit([circle for circle, _ in plan], wards)
    drawn = [
        _break(_draw_response(draw, circle, wards[draw.pick(matrix[circle])], number), kind, nth)
        for number, (circle, (kind, nth)) in enumerate(plan)
    ]
    finished = [_break_by_place(draw, response, wards, outside) for response in drawn]
    faultless = [i for i, r in enumerate(finished) if not r.fault]
    copied = draw.some_of(
        [i for i in faultless if finished[i].cells["researcher"] in words.CARELESS],
        sum(DIRT[kind].rows for kind in COPIES),
    )
    planted = _plant(draw, finished, sorted(set(faultless) - set(copied)))
    kinds = [kind for kind in COPIES for _ in range(DIRT[kind].rows)]
    copies = [
        _copy(draw, planted[i], kind) for i, kind in zip(copied, draw.shuffled(kinds), strict=True)
    ]
    return sorted([*planted, *copies], key=lambda r: (r.cells["_submission_time"], r.fault))


def _plan() -> list[tuple[str, tuple[str, int]]]:
    """Return for each response but copies whose circle it is of, and its fault and number."""
    faultless = [(c.researcher, ("", 0)) for c in words.CIRCLES for _ in range(c.faultless)]
    faults = [
        (kind, nth)
        for kind, fault in DIRT.items()
        for nth in range(fault.rows)
        if kind not in COPIES
    ]
    careless = words.CARELESS
    spread = [
        (
            words.UNTRAINED if fault[0] == "untrained_researcher" else careless[i % len(careless)],
            fault,
        )
        for i, fault in enumerate(faults)
    ]
    return [*faultless, *spread]


def _fit(circles: Sequence[str], wards: Mapping[str, Ward]) -> dict[str, dict[str, float]]:
    """Return how many of each circle live in each ward, so that wards get their residents.

    A circle leans eight to one to its home; iterative proportional fitting then meets the
    size of the circles and the census shares of the wards.
    """
    names, codes = sorted(set(circles)), list(wards)
    sizes = np.array([circles.count(name) for name in names], dtype="float64")
    residents = np.array([wards[code].residents for code in codes], dtype="float64")
    wanted = residents / residents.sum() * sizes.sum()
    table = np.array([[8.0 if _CIRCLES[n].home == c else 1.0 for c in codes] for n in names])
    for _ in range(_ROUNDS):
        table *= (sizes / table.sum(axis=1))[:, None]
        table *= wanted / table.sum(axis=0)
    return {
        name: dict(zip(codes, row.tolist(), strict=True))
        for name, row in zip(names, table, strict=True)
    }


def _draw_response(draw: Draw, researcher: str, ward: Ward, number: int) -> Response:
    circle = _CIRCLES[researcher]
    person = _draw_person(draw, circle, ward)
    group = person["country_group"] if person["country_group"] in words.LANGUAGES else ""
    languages = draw.several(words.LANGUAGES[group])
    qualifications = _draw_qualifications(draw, circle, person)
    titles = {q["qual_title"] for q in qualifications}
    health = [skill for skill, title in words.TITLES.items() if title in titles]
    skills = sorted({*_draw_skills(draw, circle, person["sex"], ward.code), *health})
    cells = {
        **_draw_frame(draw, researcher, number),
        "postcode": _respelt(draw, draw.one_of(ward.live), 0.2),
        **person,
        "languages": " ".join(languages),
        "languages_other": _text(draw, words.LANGUAGES_OTHER, applies="other" in languages),
        "skills": " ".join(skills),
        "skills_other": _text(draw, words.SKILLS_OTHER, applies="other" in skills),
        **_draw_views(draw, circle),
    }
    blank = {name: "" for name, share in words.LEFT_BLANK.items() if draw.chance(share)}
    return Response(
        cells={**dict.fromkeys(words.QUESTIONS, ""), **cells, **blank},
        ward=ward.code,
        qualifications=tuple(qualifications),
        mentions=tuple(_draw_mentions(draw, ward.code)),
    )


def _draw_frame(draw: Draw, researcher: str, number: int) -> Cells:
    """Return what is on the slip and the badge, and what the collecting program adds."""
    trained = _RESEARCHERS[researcher]["module_1_on"] or "2026-06-19"
    first = datetime.fromisoformat(trained) + timedelta(days=1)
    day = first + timedelta(days=draw.below((_LAST_DAY - first).days))
    mode = "online" if draw.chance(0.6) else "paper"
    late = timedelta(days=0 if mode == "online" else 1 + draw.below(9))
    return {
        "researcher": researcher,
        "receipt": _draw_receipt(draw, number),
        "collected_on": day.date().isoformat(),
        "mode": mode,
        "consent_research": "yes",
        "consent_map": "yes" if draw.chance(0.85) else "no",
        "_submission_time": (day + late + timedelta(seconds=_draw_second(draw))).isoformat(),
        "_uuid": _draw_uuid(draw),
    }


def _draw_second(draw: Draw) -> int:
    return 8 * 3600 + draw.below(12 * 3600)


def _draw_receipt(draw: Draw, number: int) -> str:
    """Return a receipt that no other response has: its last two signs are its number."""
    base = len(_RECEIPT)
    free = "".join(draw.one_of(_RECEIPT) for _ in range(_RECEIPT_LENGTH - 2))
    return free + _RECEIPT[number // base] + _RECEIPT[number % base]


def _draw_uuid(draw: Draw) -> str:
    """Return 128 drawn bits in the form of a random UUID."""
    digits = "".join(f"{draw.below(16):x}" for _ in range(32))
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-a{digits[17:20]}-{digits[20:]}"


def _draw_person(draw: Draw, circle: words.Circle, ward: Ward) -> Cells:
    women = circle.women
    sex = draw.pick({"female": women, "male": 0.97 - women, **words.OTHER_SEX})
    old = words.OLD_MEN if sex == "male" else 1.0
    age = draw.pick({**words.AGES, "65_plus": words.AGES["65_plus"] * old})
    birth = draw.pick({k: v * circle.births.get(k, 1) for k, v in ward.births.items()})
    level = draw.pick({k: v * words.LEVEL_BIAS[k] for k, v in ward.levels.items()})
    return {
        "age_band": age,
        "sex": sex,
        "country_group": draw.pick(words.REST_OF_WORLD) if birth == "rest" else birth,
        "qualification_level": draw.pick(words.REST_OF_LEVELS) if level == "rest" else level,
    }


def _draw_skills(draw: Draw, circle: words.Circle, sex: str, ward: str) -> list[str]:
    own = {"male": words.BY_MEN, "female": words.BY_WOMEN}.get(sex, {})
    return draw.several(
        {
            skill: min(share * circle.skills.get(skill, 1) * own.get(skill, 1), 0.95)
            for skill, share in words.SKILLS.items()
            if (skill, ward) not in PLANTED
        }
    )


def _draw_qualifications(draw: Draw, circle: words.Circle, person: Cells) -> list[Cells]:
    chances = {"none": (0.05,), "level_4_plus": (1.0, 0.35, 0.15)}
    count = sum(draw.chance(c) for c in chances.get(person["qualification_level"], (0.5, 0.1)))
    return [_draw_qualification(draw, circle, person["country_group"]) for _ in range(count)]


def _draw_qualification(draw: Draw, circle: words.Circle, birth: str) -> Cells:
    country = birth if draw.chance(0.65) else "uk"
    health = 0.06 * circle.skills.get("nursing", 1) * (1 if country == "uk" else 4)
    is_medical = draw.chance(health)
    titles = tuple(words.TITLES.values()) if is_medical else words.OTHER_TITLES
    return {
        "qual_title": draw.one_of(titles),
        "qual_country": country,
        "qual_medical": "yes" if is_medical else "no",
        "qual_uk_status": "not_needed" if country == "uk" else draw.pick(words.STATUSES),
    }


def _draw_views(draw: Draw, circle: words.Circle) -> Cells:
    interest = draw.pick(words.INTERESTS)
    has_idea = draw.chance(0.25 if interest == "no" else 0.85)
    feeling = draw.pick({k: v * circle.feelings.get(k, 1) for k, v in words.FEELINGS.items()})
    passions = draw.several(words.PASSIONS) if draw.chance(0.94) else ["none"]
    return {
        "construction_experience": "yes" if draw.chance(0.2) else "no",
        "business_experience": "yes" if draw.chance(0.17) else "no",
        "enterprise_interest": interest,
        "idea_themes": " ".join(draw.several(words.IDEA_THEMES)) if has_idea else "none",
        "idea": _text(draw, words.IDEAS, applies=has_idea and draw.chance(0.4)),
        "passions": " ".join(passions),
        "development_feeling": feeling,
        "feeling_text": words.FEELING_TEXTS[feeling] if draw.chance(0.3) else "",
        "follow_up": "yes" if draw.chance(0.45) else "no",
        "notes": words.NOTES if draw.chance(0.06) else "",
    }


def _draw_mentions(draw: Draw, ward: str) -> list[Cells]:
    near = [place for place in words.PLACES if place[0] in (ward, "")]
    weights = {str(i): place[2] for i, place in enumerate(near)}
    count = sum(draw.chance(share) for share in (0.6, 0.35, 0.15))
    chosen = sorted({int(draw.pick(weights)) for _ in range(count)})
    return [_draw_mention(draw, near[i][1], near[i][3]) for i in chosen]


def _draw_mention(draw: Draw, kind: str, spellings: Sequence[str]) -> Cells:
    first = draw.chance(0.6)
    return {"mention_kind": kind, "mention_name": spellings[0] if first else draw.one_of(spellings)}


def _text(draw: Draw, texts: Sequence[str], *, applies: bool) -> str:
    return draw.one_of(texts) if applies else ""


def _respelt(draw: Draw, postcode: str, share: float) -> str:
    """Return the postcode, in ``share`` of all cases in small letters or without its space."""
    if not draw.chance(share):
        return postcode
    return postcode.lower() if draw.chance(0.5) else postcode.replace(" ", "")


def _break(response: Response, kind: str, nth: int) -> Response:
    """Return the response with the fault of that kind, as far as it needs no postcode."""
    if not kind:
        return response
    circle = response.cells["researcher"]
    named = {
        "misspelt_researcher": {"researcher": MISSPELT.get(circle, "")},
        "researcher_by_name": {"researcher": _RESEARCHERS[circle]["name"]},
    }
    changes = CHANGES.get(kind, (named.get(kind, {}),))
    broken = replace(response.changed(changes[nth % len(changes)]), fault=kind)
    return _without_answers(broken) if kind == "no_consent" else broken


def _without_answers(response: Response) -> Response:
    """Return a refusal: the form asks nothing after it."""
    kept = {k: v for k, v in response.cells.items() if k in words.BEFORE_CONSENT or k[0] == "_"}
    cells = {**dict.fromkeys(response.cells, ""), **kept}
    return replace(response, cells=cells, qualifications=(), mentions=())


def _break_by_place(
    draw: Draw, response: Response, wards: Mapping[str, Ward], outside: Sequence[str]
) -> Response:
    places = {"terminated_postcode": wards[response.ward].terminated, "outside_area": outside}
    if response.fault not in places:
        return response
    return response.changed({"postcode": draw.one_of(places[response.fault])})


def _plant(draw: Draw, responses: list[Response], among: Sequence[int]) -> list[Response]:
    """Return the responses, with the stated numbers of people of rare skills ``among`` them."""
    planted = list(responses)
    for (skill, ward), count in PLANTED.items():
        here = [i for i in among if planted[i].ward == ward]
        for i in draw.some_of(here, count):
            skills = sorted({*planted[i].cells["skills"].split(), skill})
            planted[i] = planted[i].changed({"skills": " ".join(skills)})
    return planted


def _copy(draw: Draw, original: Response, kind: str) -> Response:
    """Return the response again: sent twice, typed twice, or given again with another slip."""
    cells = original.cells
    changes: Cells = {}
    if kind == "duplicate_receipt":
        later = timedelta(days=1 + draw.below(3), minutes=1 + draw.below(90))
        changes = {"_uuid": _draw_uuid(draw), "_submission_time": _after(cells, later)}
    if kind == "near_duplicate":
        changes = _ask_again(draw, cells)
    return replace(original.changed(changes), fault=kind)


def _ask_again(draw: Draw, cells: Cells) -> Cells:
    """Return what differs where the same person answers again, a month later."""
    tight = cells["postcode"].replace(" ", "").lower()
    day = datetime.fromisoformat(cells["collected_on"]) + _AGAIN
    sent = day + timedelta(days=1, seconds=_draw_second(draw))
    return {
        "receipt": cells["receipt"][:-2] + "99",
        "postcode": tight.upper() if tight == cells["postcode"] else tight,
        "collected_on": day.date().isoformat(),
        "_submission_time": sent.isoformat(),
        "_uuid": _draw_uuid(draw),
    }


def _after(cells: Cells, later: timedelta) -> str:
    return (datetime.fromisoformat(cells["_submission_time"]) + later).isoformat()
