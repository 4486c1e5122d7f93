"""What refuses the lists of claims, by file and row."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from assetmap.claims.registry import Registry
from assetmap.claims.screen import claim_faults
from assetmap.errors import ContractError
from assetmap.registers.read import require_none
from claims_by_hand import claim, contradiction, indicator, lists, pounds, share

REGISTRY = {
    "people": indicator(),
    "budget": indicator(unit="gbp", kind="money"),
    "share": indicator(unit="percent", kind="rate"),
}
TARGET = {
    "target_id": "t",
    "indicator_id": "people",
    "value": 60.0,
    "bound": "at_least",
    "unit": "count",
    "start": "2017",
    "due": "2019",
    "document": "paper",
    "section": "1",
    "paraphrase": "Sixty.",
}


def _faults(registry=REGISTRY, **rows):
    return [str(fault) for fault in claim_faults(lists(**rows), registry)]


def _fault(registry=REGISTRY, **rows):
    faults = _faults(registry, **rows)
    assert len(faults) == 1, faults
    return faults[0]


def test_sound_lists_have_no_fault():
    claims = [
        claim("a", 71),
        pounds("b", 3_130_000, "£3.13m", indicator_id="budget"),
        pounds(
            "c",
            3_540_000,
            "€3,54m",
            unit="eur",
            notation="dot_thousands",
            indicator_id="budget",
        ),
        share("d", 62, indicator_id="share"),
        claim("e", 81_361, written="81.361", notation="dot_thousands"),
    ]
    assert _faults(stg_claim=claims, stg_target=[TARGET]) == []


def test_empty_lists_and_an_empty_registry_have_no_fault():
    assert _faults(registry={}) == []


@pytest.mark.parametrize(
    ("row", "what"),
    [
        (claim("a", 71, indicator_id="peopel"), "indicator 'peopel' is not known"),
        (claim("a", 71, written="seventy"), "is not one figure"),
        (claim("a", 71, written="£71"), "is not in count"),
        (claim("a", 17, written="71"), "written '71' reads as 71, but value is 17"),
        (claim("a", 1001, written="1,000"), "reads as 1,000, but value is 1,001"),
        (claim("a", 81_361, written="81.361"), "notation must say which"),
        (claim("a", 71, unit="homes"), "the claim is in homes, its indicator in count"),
        (pounds("a", 71, "£71"), "the claim is in gbp, its indicator in count"),
        (
            claim("a", 71, paraphrase="It ƳŀƪŜǎ sense"),
            "paraphrase was decoded with a wrong table in 1 of",
        ),
    ],
)
def test_a_claim_that_does_not_hold_is_refused_by_its_row(row, what):
    fault = _fault(stg_claim=[claim("z", 60), row])
    assert fault.startswith("claims/claims.csv, row 3: ")
    assert what in fault


def test_a_damaged_figure_is_refused_for_its_letters_and_as_a_figure():
    damaged = pounds("a", 3_560_000, "όоΣрс aƛƻΦ ϵύ", unit="eur", indicator_id="budget")
    faults = _faults(stg_claim=[damaged])
    assert len(faults) == 2
    assert "written was decoded with a wrong table in 3 of its words" in faults[0]


def test_damaged_text_is_refused_in_any_list():
    fault = _fault(stg_contradiction=[contradiction("k01", what="tŀǊǘƴŜǊǎΩ words")])
    assert fault.startswith("claims/contradictions.csv, row 2: what was decoded with a wrong table")


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"indicator_id": "peopel"}, "indicator 'peopel' is not known"),
        ({"unit": "homes"}, "the target is in homes, people in count"),
        ({"indicator_id": "budget", "unit": "eur"}, "the target is in eur, budget in gbp"),
    ],
)
def test_a_target_that_does_not_hold_is_refused(change, what):
    fault = _fault(stg_target=[TARGET | change])
    assert fault.startswith("claims/targets.csv, row 2: ")
    assert what in fault


def test_a_contradiction_names_a_rule_and_an_indicator_that_are_there():
    rows = [
        contradiction("k01", rule="guesswork"),
        contradiction("k02", indicator_id="peopel"),
        contradiction("k03", rule="claims_differ", indicator_id="people"),
    ]
    first, second = _faults(stg_contradiction=rows)
    assert "row 2: rule 'guesswork' is not known; use one of claims_differ" in first
    assert "row 3: indicator 'peopel' is not known" in second


@pytest.mark.parametrize(
    ("named", "is_sound"),
    [("a", True), ("nobody", False), ("other", False), ("euro", False), ("gone", False)],
)
def test_a_headline_by_hand_names_a_claim_of_its_own_that_stands(named, is_sound):
    entry = indicator(
        unit="gbp",
        kind="money",
        headline="manual",
        headline_claim=named,
        headline_reason="It is a list.",
    )
    claims = [
        pounds("a", 5, "£5", indicator_id="budget"),
        claim("other", 5),
        claim("euro", 5, written="€5", unit="eur", indicator_id="budget"),
        pounds("gone", 5, "£5", indicator_id="budget", status="withdrawn"),
    ]
    faults = _faults(registry=REGISTRY | {"budget": entry}, stg_claim=claims)
    assert (faults == []) == is_sound
    assert all("claims/indicators.toml: budget: headline_claim" in fault for fault in faults)


@pytest.mark.parametrize(
    ("listed", "what"),
    [
        ({"table": "stg_partner", "column": "category", "value": "private_sector"}, None),
        ({"table": "stg_partner"}, None),
        ({"table": "stg_partners"}, "the table 'stg_partners', which is none of the lists"),
        ({"table": "stg_partner", "column": "kind"}, "the column 'kind', which stg_partner"),
    ],
)
def test_a_list_to_count_is_one_that_is_kept(listed, what):
    faults = _faults(registry={"people": indicator(listed=listed)})
    assert bool(faults) == bool(what)
    assert all(what in fault for fault in faults)


def test_a_registry_that_is_gone_is_one_fault_and_not_one_a_row():
    fault = _fault({}, stg_claim=[claim("a", 71), claim("b", 94)], stg_target=[TARGET])
    assert fault == (
        "claims/indicators.toml: it has no indicator, and 3 claims and targets name one; put "
        "the file back"
    )


@pytest.mark.parametrize("table", ["stg_body", "stg_channel", "stg_outcome"])
def test_a_list_that_names_an_unknown_indicator_is_refused(table):
    rows = [{"indicator_id": "peopel"}, {"indicator_id": "people"}, {"indicator_id": None}]
    assert "row 2: indicator 'peopel' is not known" in _fault(**{table: rows})


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"of": "people"}, "1 indicators name themselves, e.g. people"),
        ({"rate_of": "people"}, "1 indicators name themselves, e.g. people"),
        ({"class": "I"}, "Input should be 'O' or 'B'"),
        ({"order": 10**22}, "less than or equal to 1000000"),
        (
            {"ratio": {"numerator": "people", "denominator": "people", "scale": float("inf")}},
            "finite number",
        ),
    ],
)
def test_a_registry_that_cannot_be_is_refused(change, said):
    entry = {
        "title": "People",
        "meaning": "Them.",
        "topic": "T",
        "order": 1,
        "unit": "count",
        "kind": "count",
        "direction": "neutral",
        "comparison": "none",
        "headline": "latest",
        "class": "O",
    }
    Registry.model_validate({"indicators": {"people": entry}})
    with pytest.raises(ValidationError, match=said):
        Registry.model_validate({"indicators": {"people": entry | change}})


def test_a_derived_indicator_is_never_entered_nor_derived_from_another():
    ratio = {"numerator": "people", "denominator": "people"}
    registry = {
        "people": indicator(),
        "own": indicator(ratio=ratio),
        "next": indicator(ratio=ratio | {"numerator": "own"}),
    }
    entered, nested = _faults(registry=registry, stg_claim=[claim("a", 1, indicator_id="own")])
    assert "row 2: own is derived from two others and never entered" in entered
    assert nested == (
        "claims/indicators.toml: next: its part own is derived itself; name entered indicators"
    )


def test_all_faults_are_in_one_message(tmp_path):
    rows = [claim("a", 81_361, written="81.361"), claim("b", 1, indicator_id="peopel")]
    faults = claim_faults(lists(stg_claim=rows), REGISTRY)
    with pytest.raises(ContractError, match="2 faults") as caught:
        require_none(tmp_path, faults)
    assert "row 2: written: '81.361' could be read in two ways" in str(caught.value)
    assert "row 3: indicator 'peopel'" in str(caught.value)
