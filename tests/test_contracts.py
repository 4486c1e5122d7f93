"""What a table promises, and how a breach is told."""

import numpy as np
import pandas as pd
import pytest

from assetmap.contracts import (
    DUCKDB_TYPES,
    Column,
    Contract,
    Disclosure,
    check,
    describe,
    find_breaches,
)
from assetmap.errors import ContractError
from assetmap.geography import LSOA_PATTERN
from assetmap.postcodes import POSTCODE_PATTERN
from assetmap.quarantine import REASONS

B = Disclosure.BASE
CANARY = "Canary Person, 07700 900123"


def column(name="v", kind="text", disclosure=B, **rules):
    return Column(name=name, kind=kind, description="", disclosure=disclosure, **rules)


def contract(*columns, key=("id",), table="stg_t"):
    return Contract(table=table, row_is="one", primary_key=key, columns=columns)


def table_of(values, rule):
    promise = contract(column("id", "integer"), rule)
    return pd.DataFrame({"id": range(len(values)), rule.name: values}), promise


def reasons(values, rule):
    frame, promise = table_of(values, rule)
    return [
        (b.reason, b.column, np.flatnonzero(b.rows).tolist()) for b in find_breaches(frame, promise)
    ]


IMD = contract(
    column("lsoa11cd", pattern=r"^E01\d{6}$"),
    column("imd_decile", "integer", minimum=1, maximum=10),
    key=("lsoa11cd",),
    table="stg_imd_2019",
)


def imd_table():
    codes = [f"E0100{9000 + number}" for number in range(133)]
    codes[1] = "95AA01"
    codes[140 - 9 :] = ["E01009140"] * 2
    codes[100] = "E01009140"
    return pd.DataFrame({"lsoa11cd": codes, "imd_decile": [0] + [1] * 132})


def test_all_breaches_stand_in_one_message_in_the_agreed_form():
    with pytest.raises(ContractError) as caught:
        check(imd_table(), IMD)
    assert str(caught.value) == (
        "stg_imd_2019 breaks its contract in 3 places:\n"
        "  - lsoa11cd does not match ^E01\\d{6}$ in 1 of 133 rows (first: row 2), e.g. '95AA01'\n"
        "  - imd_decile is below 1 in 1 of 133 rows (first: row 1), e.g. '0'\n"
        "  - primary key [lsoa11cd] repeats in 2 rows, e.g. 'E01009140'"
    )


def test_one_breach_is_one_place():
    frame = pd.DataFrame({"lsoa11cd": ["E01000001", "E01000001"], "imd_decile": [1, 1]})
    text = describe("stg_imd_2019", find_breaches(frame, IMD))
    assert text == (
        "stg_imd_2019 breaks its contract in 1 place:\n"
        "  - primary key [lsoa11cd] repeats in 1 row, e.g. 'E01000001'"
    )


def test_a_table_that_keeps_its_contract_passes():
    frame = imd_table().iloc[2:90]
    assert find_breaches(frame, IMD) == []
    check(frame, IMD)


@pytest.mark.parametrize(
    ("rule", "values", "expected"),
    [
        (column(), ["a", None, "b"], [("missing_value", "v", [1])]),
        (column(nullable=True), ["a", None, "b"], []),
        (
            column(pattern=LSOA_PATTERN),
            ["E01000001", "E0100001", "e01000001"],
            [("bad_code", "v", [1, 2])],
        ),
        (column(pattern=LSOA_PATTERN), ["E01000001\n", "xE01000001"], [("bad_code", "v", [0, 1])]),
        (
            column(pattern=LSOA_PATTERN),
            ["E01\u0660\u0660\u0660\u0660\u0660\u0661"],
            [("bad_code", "v", [0])],
        ),
        (column(pattern=LSOA_PATTERN, nullable=True), ["E01000001", None], []),
        (column(pattern=POSTCODE_PATTERN), ["B16 8AA", "B168AA", ""], [("bad_code", "v", [1, 2])]),
        (column(allowed=("U", "S")), ["U", "M", "S"], [("bad_category", "v", [1])]),
        (column(allowed=("U",), nullable=True), ["U", None], []),
        (column(kind="number", minimum=0), [0.0, -0.1, 5.0], [("out_of_range", "v", [1])]),
        (column(kind="number", maximum=100), [100.0, 100.5], [("out_of_range", "v", [1])]),
        (
            column(kind="number", nullable=True),
            [1.0, np.inf, np.nan, -np.inf],
            [("bad_number", "v", [1, 3])],
        ),
        (column(kind="number", nullable=True, minimum=0), [np.nan, np.nan], []),
        (column(kind="integer"), [1.0, 1.5], [("bad_number", "v", [1])]),
        (column(kind="integer", nullable=True), pd.array([1, None], dtype="Int64"), []),
        (
            column(kind="boolean"),
            pd.array([True, None], dtype="boolean"),
            [("missing_value", "v", [1])],
        ),
    ],
)
def test_each_rule_finds_the_rows_that_break_it_and_no_other(rule, values, expected):
    assert reasons(values, rule) == expected
    assert all(reason in REASONS for reason, _, _ in expected)


def test_a_number_below_one_limit_and_one_above_the_other_are_two_breaches():
    rule = column(kind="number", minimum=1, maximum=10)
    assert reasons([0, 5, 11], rule) == [("out_of_range", "v", [0]), ("out_of_range", "v", [2])]


def test_a_repeated_key_marks_the_later_rows_only():
    promise = contract(column("id"), column("v"), key=("id", "v"))
    frame = pd.DataFrame({"id": ["a", "a", "a", "b"], "v": ["x", "y", "x", "x"]})
    (breach,) = find_breaches(frame, promise)
    assert breach.reason == "duplicate_key"
    assert breach.rows.tolist() == [False, False, True, False]
    assert str(breach) == "primary key [id, v] repeats in 1 row, e.g. 'a'"


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["id"], "missing ['v'], undeclared none"),
        (["id", "v", "phone"], "missing none, undeclared ['phone']"),
        (["v", "phone"], "missing ['id'], undeclared ['phone']"),
    ],
)
def test_missing_and_undeclared_columns_are_the_staging_codes_fault(names, expected):
    promise = contract(column("id"), column("v"))
    with pytest.raises(ContractError) as caught:
        check(pd.DataFrame({name: ["x"] for name in names}), promise)
    assert str(caught.value) == (
        f"stg_t does not have the columns of its contract: {expected}. Mend its stage()."
    )


PERSONAL_RULES = [
    {"pattern": r"^R\d{4}$"},
    {"allowed": ("a", "b")},
]


@pytest.mark.parametrize("disclosure", [Disclosure.IDENTITY, Disclosure.ANSWER])
@pytest.mark.parametrize("rules", PERSONAL_RULES)
def test_a_message_never_shows_a_persons_value(disclosure, rules):
    promise = contract(
        column("id", disclosure=disclosure), column("v", disclosure=disclosure, **rules)
    )
    frame = pd.DataFrame({"id": [CANARY, CANARY], "v": [CANARY, None]})
    with pytest.raises(ContractError) as caught:
        check(frame, promise)
    message = str(caught.value)
    assert "2 of 2" not in message
    assert "stg_t breaks its contract in 3 places" in message
    assert "e.g." not in message
    assert not any(part in message for part in (CANARY, "Canary", "07700"))


@pytest.mark.parametrize("disclosure", [Disclosure.IDENTITY, Disclosure.ANSWER])
def test_a_persons_number_is_not_shown_either(disclosure):
    frame, promise = table_of([271828.0], column(kind="number", disclosure=disclosure, maximum=5))
    with pytest.raises(ContractError) as caught:
        check(frame, promise)
    assert "is above 5 in 1 of 1 rows (first: row 1)" in str(caught.value)
    assert "271828" not in str(caught.value)


@pytest.mark.parametrize("disclosure", [Disclosure.ORGANISATION, Disclosure.BASE])
def test_an_open_value_is_shown_cut_to_sixty_letters(disclosure):
    frame, promise = table_of(["y" * 200], column(disclosure=disclosure, allowed=("a",)))
    with pytest.raises(ContractError) as caught:
        check(frame, promise)
    assert f"e.g. '{'y' * 60}'" in str(caught.value)


def test_a_geometry_is_never_shown():
    frame, promise = table_of([None], column(kind="geometry"))
    (breach,) = find_breaches(frame, promise)
    assert breach.example == ""


def test_a_contract_knows_its_columns_and_who_may_see_them():
    promise = contract(column("id"), column("v", disclosure=Disclosure.ANSWER))
    assert promise.names == ["id", "v"]
    assert promise.column("v").disclosure is Disclosure.ANSWER
    assert [c.name for c in promise.public_columns] == ["id"]
    with pytest.raises(KeyError):
        promise.column("w")


def test_only_organisations_and_open_data_are_public():
    assert {d.name for d in Disclosure if d.is_public} == {"ORGANISATION", "BASE"}


def test_every_kind_has_a_type_in_the_warehouse():
    assert set(DUCKDB_TYPES) == {"text", "integer", "number", "boolean", "geometry"}
