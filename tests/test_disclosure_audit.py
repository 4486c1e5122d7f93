"""P9: no sum or difference of what is shown lays a small count open."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assetmap.disclosure.audit import Auditor
from assetmap.disclosure.cells import list_declared
from assetmap.disclosure.counts import read_population
from assetmap.disclosure.people import release_people
from assetmap.disclosure.rounding import find_bounds, round_half_up
from assetmap.disclosure.systems import make_alone
from disclosure_town import AREA, WARDS, attack, crowd, people, scope, shown, table

W1, W2, W3 = WARDS


def count_values(grid: np.ndarray, columns: list[int]) -> int:
    """Return how many values the sum of some atoms can have."""
    return int((np.bincount(grid[:, columns].sum(axis=1)) > 0).sum())


def parts_of(wards: tuple[str, ...], codes: str) -> tuple[list, dict]:
    """Return the atoms of wards by categories, and the atoms of each cell."""
    atoms = list(product(wards, codes))
    parts = {}
    for area, inside in [(AREA, wards), *((ward, (ward,)) for ward in wards)]:
        parts[(area, "")] = [atom for atom in atoms if atom[0] in inside]
        for code in codes:
            parts[(area, code)] = [(ward, code) for ward in inside]
    return atoms, parts


# Each attack is shown to work with the audit off (least_width=1), and to fail with it on.


def test_a_row_with_one_hidden_cell_is_not_subtracted() -> None:
    # Exact counts: 74 - 40 - 30 = 4. With the audit a second cell goes with it.
    groups = crowd({(W1, "a"): 40, (W1, "b"): 30, (W1, "c"): 4}, "three")
    atoms, parts = [(AREA, code) for code in "abc"], {(AREA, c): [(AREA, c)] for c in "abc"}
    parts[(AREA, "")] = atoms
    off = release_people(groups, scope(table("t", "three"), rounding_base=1, least_width=1))
    figures = shown(off, "t")
    assert figures[(AREA, "")] - figures[(AREA, "a")] - figures[(AREA, "b")] == 4
    on = release_people(groups, scope(table("t", "three"), rounding_base=1))
    assert sum(count is None for count in shown(on, "t").values()) == 2
    assert count_values(attack(atoms, on, parts, base=1), [2]) >= 5


@pytest.mark.parametrize("others", [10, 11, 12])
def test_the_edge_of_the_threshold_does_not_show_a_nought(others: int) -> None:
    # 10 to 12 people show as 10, and so does the one answer that all gave: 10 is 10 to 12 on
    # both sides, which leaves 0, 1 or 2 for the other answer.
    groups = crowd({(W1, "a"): others, (W1, "b"): 0}, "two")
    atoms = [(AREA, "a"), (AREA, "b")]
    parts = {(AREA, ""): atoms, (AREA, "a"): atoms[:1], (AREA, "b"): atoms[1:]}
    off = release_people(groups, scope(table("t", "two"), least_width=1))
    assert count_values(attack(atoms, off, parts), [1]) == 3
    on = release_people(groups, scope(table("t", "two")))
    assert count_values(attack(atoms, on, parts), [1]) >= 5


def test_a_ward_is_not_the_total_less_the_other_ward() -> None:
    groups = people([(11, (W1, {})), (1, (W2, {}))])
    atoms = [(W1, ""), (W2, "")]
    parts = {(AREA, ""): atoms, (W1, ""): atoms[:1], (W2, ""): atoms[1:]}
    off = release_people(groups, scope(table("t", wards=True), wards=2, least_width=1))
    assert count_values(attack(atoms, off, parts), [1]) == 3
    on = release_people(groups, scope(table("t", wards=True), wards=2))
    assert count_values(attack(atoms, on, parts), [1]) >= 5


def test_everybody_has_it_says_nothing_of_who_has_not() -> None:
    # 12 people of whom 11 have the skill: 10 and 10, so at most 2 have not.
    groups = people([(11, (W1, {"skill": "x"})), (1, (W1, {"skill": "y z"})), (0, (W1, {}))])
    off = release_people(groups, scope(table("t", "skill"), least_width=1))
    assert shown(off, "t")[(AREA, "")] == shown(off, "t")[(AREA, "x")] == 10
    on = release_people(groups, scope(table("t", "skill")))
    assert None in (shown(on, "t")[(AREA, "")], shown(on, "t")[(AREA, "x")])


def test_that_everybody_chose_something_is_known() -> None:
    # Exact counts: 32 people, x 12, y 12 (one has both), so at least 8 have z. They are 9.
    groups = people(
        [
            (11, (W1, {"skill": "x"})),
            (11, (W1, {"skill": "y"})),
            (1, (W1, {"skill": "x y"})),
            (9, (W1, {"skill": "z"})),
        ]
    )
    on = shown(release_people(groups, scope(table("t", "skill"), rounding_base=1)), "t")
    assert None in (on[(AREA, "")], on[(AREA, "x")], on[(AREA, "y")])


def test_all_but_one_answer_or_ward_together_are_a_count_too() -> None:
    # Exact counts: 100 less 92 leaves 8 for b and c together, though neither is laid open.
    answers = crowd({(W1, "a"): 92, (W1, "b"): 4, (W1, "c"): 4}, "three")
    figures = shown(release_people(answers, scope(table("t", "three"), rounding_base=1)), "t")
    assert None in (figures[(AREA, "")], figures[(AREA, "a")])
    wards = people([(92, (W1, {})), (4, (W2, {})), (4, (W3, {}))])
    asked = scope(table("t", wards=True), wards=3, rounding_base=1)
    figures = shown(release_people(wards, asked), "t")
    assert None in (figures[(AREA, "")], figures[(W1, "")])


def test_a_mark_that_stands_alone_hides_a_count_below_the_threshold() -> None:
    # 49 people show as 50, 40 as 40: the rest is 6 to 14. Its mark is the only one, so that it
    # protects no other and the rest is below 10: 6 to 9, four values. Another cell must go.
    groups = crowd({(W1, "a"): 40, (W1, "b"): 9}, "two")
    figures = shown(release_people(groups, scope(table("t", "two"))), "t")
    assert list(figures.values()).count(None) == 2


def test_stages_are_not_subtracted_from_each_other() -> None:
    # 12 invited and 11 recruited show as 10 and 10: at most 2 were invited and not recruited.
    groups = people([(1, (W1, {"stage": "s1"})), (11, (W1, {"stage": "s1 s2"}))])
    off = release_people(groups, scope(table("t", "stage"), least_width=1))
    assert shown(off, "t")[(AREA, "s1")] == shown(off, "t")[(AREA, "s2")] == 10
    on = release_people(groups, scope(table("t", "stage")))
    published = [c for key, c in shown(on, "t").items() if key[1] in {"", "s1"}]
    assert shown(on, "t")[(AREA, "s2")] is None or published == [None, None]


def test_a_table_by_two_attributes_is_audited_with_the_tables_by_one() -> None:
    # f: 11 a and 1 b. The one-way table shows f = 10, the two-way table f/a = 10.
    groups = people(
        [
            (11, (W1, {"two": "a", "sex": "f"})),
            (1, (W1, {"two": "b", "sex": "f"})),
            (40, (W1, {"two": "a", "sex": "m"})),
            (40, (W1, {"two": "b", "sex": "m"})),
        ]
    )
    tables = table("one", "sex"), table("both", "sex", "two")
    off = release_people(groups, scope(*tables, least_width=1))
    assert shown(off, "one")[(AREA, "f")] == shown(off, "both")[(AREA, "f/a")] == 10
    on = release_people(groups, scope(*tables))
    assert None in (shown(on, "one")[(AREA, "f")], shown(on, "both")[(AREA, "f/a")])


def test_the_rules_bite_without_the_threshold_and_the_rounding() -> None:
    groups = crowd({(W1, "a"): 46, (W1, "b"): 33, (W1, "c"): 1}, "three")
    off = release_people(
        groups, scope(table("t", "three"), threshold=0, rounding_base=1, least_width=1)
    )
    assert shown(off, "t")[(AREA, "c")] == 1


def test_a_cell_of_two_tables_is_one_cell() -> None:
    groups = people([(46, (W1, {"two": "a", "sex": "f"})), (33, (W1, {"two": "b", "sex": "m"}))])
    release = release_people(groups, scope(table("s", "two"), table("t", "sex")))
    assert shown(release, "s")[(AREA, "")] == shown(release, "t")[(AREA, "")] == 80


small = st.one_of(st.integers(0, 14), st.integers(0, 24))


@settings(max_examples=40, deadline=None)
@given(st.lists(small, min_size=4, max_size=4))
def test_every_small_count_of_wards_keeps_five_values(sizes: list[int]) -> None:
    atoms, parts = parts_of((W1, W2), "ab")
    groups = crowd(dict(zip(atoms, sizes, strict=True)), "two")
    release = release_people(groups, scope(table("t", "two", wards=True), wards=2))
    grid = attack(atoms, release, parts)
    assert (grid == sizes).all(axis=1).any()  # the truth is among them
    for cell in parts.values():
        columns = [atoms.index(atom) for atom in cell]
        if sum(sizes[column] for column in columns) < 10:
            assert count_values(grid, columns) >= 5


@settings(max_examples=40, deadline=None)
@given(st.lists(small, min_size=3, max_size=3))
def test_every_small_count_of_a_free_choice_keeps_five_values(sizes: list[int]) -> None:
    # Some have x, some y, some both; nobody has z. Atoms: only x, only y, both.
    only_x, only_y, both = sizes
    groups = people(
        [
            (only_x, (W1, {"skill": "x"})),
            (only_y, (W1, {"skill": "y"})),
            (both, (W1, {"skill": "x y"})),
        ]
    )
    release = release_people(groups, scope(table("t", "skill")))
    figures = shown(release, "t")
    n, x, y = (axis.ravel() for axis in np.meshgrid(*[np.arange(80)] * 3, indexing="ij"))
    fits = (x <= n) & (y <= n) & (n <= x + y)  # everybody has something
    for code, values in (("", n), ("x", x), ("y", y)):
        if figures[(AREA, code)] is not None:
            fits &= (5 * ((2 * values + 5) // 10) == figures[(AREA, code)]) & (values >= 10)
    everybody = sum(sizes)
    for true, values in (
        (everybody, n),
        (only_x + both, x),
        (only_y + both, y),
        (only_y, n - x),
        (only_x, n - y),
    ):
        assert true >= 10 or len(np.unique(values[fits])) >= 5


@settings(max_examples=30, deadline=None)
@given(st.lists(small, min_size=4, max_size=4))
def test_every_small_count_of_two_attributes_keeps_five_values(sizes: list[int]) -> None:
    atoms = [(AREA, f"{sex}/{code}") for sex, code in product("fm", "ab")]
    parts = {atom: [atom] for atom in atoms} | {(AREA, ""): atoms}
    for code in "fmab":
        parts[(AREA, code)] = [atom for atom in atoms if code in atom[1]]
    groups = people(
        [
            (n, (W1, {"sex": sex, "two": code}))
            for n, (sex, code) in zip(sizes, product("fm", "ab"), strict=True)
        ]
    )
    tables = table("s", "sex"), table("t", "two"), table("u", "sex", "two")
    grid = attack(atoms, release_people(groups, scope(*tables)), parts)
    assert (grid == sizes).all(axis=1).any()
    for cell in parts.values():
        columns = [atoms.index(atom) for atom in cell]
        if sum(sizes[column] for column in columns) < 10:
            assert count_values(grid, columns) >= 5


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(0, 40), min_size=9, max_size=9), st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(sizes: list[int], random: object) -> None:
    atoms = list(product(WARDS, "abc"))
    groups = crowd(dict(zip(atoms, sizes, strict=True)), "three")
    asked = scope(table("t", "three", wards=True), wards=3)
    order = list(range(len(groups.persons)))
    random.shuffle(order)
    mixed = type(groups)(
        persons=groups.persons.iloc[order], attributes=groups.attributes.iloc[order]
    )
    assert release_people(groups, asked).to_json() == release_people(mixed, asked).to_json()


def test_real_and_whole_numbers_bound_counts_alike() -> None:
    # Every target of a table by ward and two attributes: the whole-number programme leaves as
    # much as the linear one, so that the linear one does not make a count look safe.
    draw = np.random.default_rng(5)
    groups = people(
        [
            (int(draw.integers(0, 16)), (ward, {"three": code, "sex": sex}))
            for ward, code, sex in product(WARDS, "abc", "fm")
        ]
    )
    asked = scope(
        table("one", "three", wards=True), table("both", "sex", "three", wards=True), wards=3
    )
    population = read_population(groups, "respondent", asked)
    counts = {cell: population.count(cell, asked) for cell in list_declared(asked, "respondent")}
    system = make_alone(population, asked, counts)
    auditor = Auditor(system, {})
    for cell, count in counts.items():
        if count >= 10:
            auditor.publish(cell, find_bounds(round_half_up(count, 5), 5, 10))
    checked = 0
    for target in system.targets:
        low, high = auditor.find_interval(target.position)
        ends = [auditor._optimise_whole(auditor._aim(target.position, sign)) for sign in (1, -1)]
        whole = [round(end[target.position]) for end in ends]
        assert whole == [low, high]
        checked += 1
    assert checked > 10


def test_the_true_counts_fit_the_system() -> None:
    groups = people(
        [(7, (W1, {"stage": "s1 s2"})), (8, (W2, {"stage": "s1"})), (3, (None, {"stage": ""}))]
    )
    asked = scope(table("t", "stage", wards=True), wards=2)
    population = read_population(groups, "respondent", asked)
    counts = {cell: population.count(cell, asked) for cell in list_declared(asked, "respondent")}
    system = make_alone(population, asked, counts)
    Auditor(system, {})
    system.truth[0] += 1
    with pytest.raises(AssertionError, match="true counts break"):
        Auditor(system, {})
