"""This release and the last one: what their difference shows, and what is kept between them."""

import json
from itertools import product

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, event, given, settings
from hypothesis import strategies as st

from assetmap.disclosure.counts import People
from assetmap.disclosure.people import release_people
from assetmap.disclosure.releases import Release
from assetmap.errors import DisclosureError
from disclosure_town import AREA, WARDS, people, scope, shown, table

W1, W2, W3 = WARDS


def town(*sizes: int, first: int = 0) -> People:
    """Return people who answered a, b or c, of these sizes."""
    return people([(n, (W1, {"three": c})) for n, c in zip(sizes, "abc", strict=False)], first)


def join(*parts: People) -> People:
    """Return people together."""
    return People(
        persons=pd.concat([part.persons for part in parts], ignore_index=True),
        attributes=pd.concat([part.attributes for part in parts], ignore_index=True),
    )


def without(whole: People, gone: int) -> People:
    """Return people without the one with that number."""
    name = f"p_{gone:032x}"
    return People(
        persons=whole.persons[whole.persons["person_id"] != name],
        attributes=whole.attributes[whole.attributes["person_id"] != name],
    )


ASKED = scope(table("t", "three"))


def test_the_same_people_give_the_same_figures() -> None:
    groups = people(
        [
            (n, (ward, {"three": code}))
            for n, (ward, code) in zip(
                (31, 4, 12, 9, 22, 10, 3, 17, 0), product(WARDS, "abc"), strict=True
            )
        ]
    )
    asked = scope(table("t", "three", wards=True), wards=3)
    first = release_people(groups, asked)
    second = release_people(groups, asked, previous=first)
    assert not second.account[0].is_carried_over
    assert second.to_json() == first.to_json()


def test_two_releases_one_person_apart_show_the_same() -> None:
    # 53 people show as 55 and 52 as 50; 33 as 35 and 32 as 30: the one who left answered a.
    whole = town(33, 20)
    first = release_people(whole, ASKED)
    assert shown(first, "t")[(AREA, "a")] == 35
    second = release_people(without(whole, 0), ASKED, previous=first)
    assert second.account[0].is_carried_over
    assert second.cells.equals(first.cells)


def test_without_the_least_change_one_person_moves_the_total() -> None:
    whole = town(33, 20)
    off = scope(table("t", "three"), least_change=0, least_width=1)
    first = release_people(whole, off)
    second = release_people(without(whole, 0), off, previous=first)
    assert (shown(first, "t")[(AREA, "")], shown(second, "t")[(AREA, "")]) == (55, 50)


def test_even_then_the_audit_hides_what_the_one_who_left_had_answered() -> None:
    # 35 then 30 with one person gone: 33 became 32, and that person had answered a.
    whole = town(33, 20)
    off = scope(table("t", "three"), least_change=0)
    second = release_people(without(whole, 0), off, previous=release_people(whole, off))
    assert shown(second, "t")[(AREA, "a")] is None
    blind = scope(table("t", "three"), least_change=0, least_width=1)
    laid_open = release_people(without(whole, 0), blind, previous=release_people(whole, blind))
    assert shown(laid_open, "t")[(AREA, "a")] == 30


def test_nor_what_the_one_who_joined_has_answered() -> None:
    # 50 and 30, then 55 and 35 with one person more: that person answered a.
    def make(size: int) -> People:
        return people([(20, (W1, {"two": "b"})), (size, (W1, {"two": "a"}))])

    off, blind = (scope(table("t", "two"), least_change=0, least_width=w) for w in (5, 1))
    laid_open = release_people(make(33), blind, previous=release_people(make(32), blind))
    assert [*shown(laid_open, "t").values()] == [55, 35, 20]
    hidden = release_people(make(33), off, previous=release_people(make(32), off))
    assert None in shown(hidden, "t").values()


def test_small_changes_add_up_until_they_are_enough() -> None:
    # Six join, then six more: the second time it is twelve since the figures were made.
    first = release_people(town(60, 40), ASKED)
    six = join(town(60, 40), town(6, first=500))
    second = release_people(six, ASKED, previous=first)
    third = release_people(join(six, town(6, first=600)), ASKED, previous=second)
    assert [r.account[0].is_carried_over for r in (second, third)] == [True, False]
    assert shown(third, "t")[(AREA, "")] == 110


def test_stricter_rules_are_not_carried_past() -> None:
    # The same people: 20 was shown, and is not any more where 30 is the least.
    groups = town(60, 40, 20)
    first = release_people(groups, ASKED)
    second = release_people(groups, scope(table("t", "three"), threshold=30), previous=first)
    assert shown(first, "t")[(AREA, "c")] == 20
    assert shown(second, "t")[(AREA, "c")] is None


def test_thirty_changes_are_published() -> None:
    first = release_people(town(60, 40, 30), ASKED)
    second = release_people(
        join(town(60, 40, 30), town(12, 10, 8, first=500)), ASKED, previous=first
    )
    assert shown(second, "t") == {
        (AREA, ""): 160,
        (AREA, "a"): 70,
        (AREA, "b"): 50,
        (AREA, "c"): 40,
    }


def test_changed_answers_count_as_left_and_joined() -> None:
    # Four people change from a to b: four left a, four joined b, eight in all: carried over.
    # Five make ten.
    before = release_people(town(60, 40), ASKED)
    moved = {
        n: join(town(60 - n), people([(n, (W1, {"three": "b"}))], 60 - n), town(0, 40, first=60))
        for n in (4, 5)
    }
    after = {n: release_people(groups, ASKED, previous=before) for n, groups in moved.items()}
    assert [after[n].account[0].is_carried_over for n in (4, 5)] == [True, False]


def test_changes_elsewhere_do_not_uncover_one_erasure() -> None:
    # Twenty change another answer on the day that one person is erased: the total would show it.
    asked = scope(table("t", "three"), table("s", "sex"))

    def make(changed: int) -> People:
        return people(
            [
                (1, (W1, {"three": "a", "sex": "f"})),
                (changed, (W1, {"three": "a", "sex": "m"})),
                (32 - changed, (W1, {"three": "a", "sex": "f"})),
                (20, (W1, {"three": "b", "sex": "m"})),
            ]
        )

    first = release_people(make(0), asked)
    second = release_people(without(make(20), 0), asked, previous=first)
    assert second.cells.equals(first.cells)


def test_a_hidden_count_of_the_last_release_stays_hidden() -> None:
    # Nine answered c; then ten did, in a new declaration, and only one person joined. Shown as
    # 10 to 12, less at most one who joined, it would have been 9 to 12: four values.
    first = release_people(town(60, 40, 9), ASKED)
    asked = scope(table("t", "three"), table("u"), table("v", "two"))
    both = people(
        [(n, (W1, {"three": c, "two": "a"})) for n, c in zip((60, 40, 10), "abc", strict=True)]
    )
    second = release_people(both, asked, previous=first)
    assert shown(second, "t")[(AREA, "c")] is None


def test_a_count_that_only_just_fell_is_refused_and_tables_are_named() -> None:
    # Ten answered c, now nine, one person left and none joined. Nothing is carried over here;
    # the last release says 10 to 12, now it is 9 to 12.
    first = release_people(town(60, 40, 10), ASKED)
    asked = scope(table("t", "three"), table("v", "two"), least_change=0)
    now = people(
        [(n, (W1, {"three": c, "two": "a"})) for n, c in zip((60, 40, 9), "abc", strict=True)]
    )
    with pytest.raises(DisclosureError, match=r"people_tables t: .*wait for more") as refusal:
        release_people(now, asked, previous=first)
    assert "p_0" not in str(refusal.value)


def test_how_many_changed_an_answer_is_known() -> None:
    # One person changed from c to a: 10 to 12 had answered c, so 9 to 13 do now. Five values
    # are enough, six are not to be had, whatever is hidden now.
    before = town(60, 40, 10)
    after = join(town(60, 40, 9), people([(1, (W1, {"three": "a"}))], first=109))
    five, six = (scope(table("t", "three"), least_change=0, least_width=w) for w in (5, 6))
    shown_now = release_people(after, five, previous=release_people(before, five))
    assert shown(shown_now, "t")[(AREA, "c")] is None
    with pytest.raises(DisclosureError, match="people_tables t: small counts stay open"):
        release_people(after, six, previous=release_people(before, six))


def test_new_pseudonyms_are_noticed() -> None:
    first = release_people(town(60, 40), ASKED)
    with pytest.raises(DisclosureError, match="Restore the key"):
        release_people(town(60, 40, first=1000), ASKED, previous=first)


def test_another_secret_is_noticed_as_well() -> None:
    groups = town(60, 40)
    secret = People(persons=groups.persons, attributes=groups.attributes, secret=b"other")
    with pytest.raises(DisclosureError, match="Restore the key"):
        release_people(secret, ASKED, previous=release_people(groups, ASKED))


def test_the_file_holds_neither_ids_nor_answers_nor_true_counts() -> None:
    text = release_people(town(61, 43, 9), ASKED).to_json()
    assert "p_0" not in text
    for true in (61, 43, 9, 113):
        assert f" {true}," not in text.replace("[", " ").replace("]", ",").replace("\n", " ")


def test_a_release_is_read_back_as_it_was() -> None:
    release = release_people(town(61, 43, 9), ASKED)
    again = Release.from_json(release.to_json())
    assert again.to_json() == release.to_json()
    assert again.cells.equals(release.cells)
    assert again.records == release.records


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.integers(0, 24), min_size=2, max_size=2),
    st.lists(st.integers(0, 3), min_size=2, max_size=2),
    st.lists(st.integers(0, 9), min_size=2, max_size=2),
)
def test_two_releases_together_keep_five_values(
    stayed: list[int], left: list[int], joined: list[int]
) -> None:
    # Every pair of releases that fits the figures of both, and how many joined and left.
    def answers(sizes: list[int], first: int) -> People:
        return people([(n, (W1, {"two": c})) for n, c in zip(sizes, "ab", strict=True)], first)

    asked = scope(table("t", "two"), least_change=0)
    rest = answers(stayed, 0)
    assume(sum(stayed))
    first = release_people(join(rest, answers(left, 100)), asked)
    try:
        second = release_people(join(rest, answers(joined, 200)), asked, previous=first)
    except DisclosureError:
        event("refused")
        return
    ranges = [range(40)] * 2 + [range(sum(left) + 1), range(sum(joined) + 1)]
    axes = np.meshgrid(*(np.arange(each.stop) for each in ranges), indexing="ij")
    stay_a, stay_b, left_a, joined_a = (axis.ravel() for axis in axes)
    before = {"a": stay_a + left_a, "b": stay_b + sum(left) - left_a}
    now = {"a": stay_a + joined_a, "b": stay_b + sum(joined) - joined_a}
    fits = np.ones(len(stay_a), bool)
    for values, release in ((before, first), (now, second)):
        values[""] = values["a"] + values["b"]
        for code, each in values.items():
            figure = shown(release, "t")[(AREA, code)]
            if figure is not None:
                fits &= (5 * ((2 * each + 5) // 10) == figure) & (each >= 10)
    true = {"a": stayed[0] + joined[0], "b": stayed[1] + joined[1]}
    true[""] = true["a"] + true["b"]
    for code, each in now.items():
        assert true[code] >= 10 or len(np.unique(each[fits])) >= 5
    for code, each in before.items():
        if shown(first, "t")[(AREA, code)] is None:
            assert len(np.unique(each[fits])) >= 5


@pytest.mark.parametrize("damage", ["cut", "empty", "status", "shape"])
def test_a_damaged_text_is_no_release(damage: str) -> None:
    """An edited figure is found by the seal: test_disclosure_people_tables.py."""
    text = release_people(town(61, 43, 9), ASKED).to_json()
    body = json.loads(text)
    body["cells"][0][4] = "shown"
    damaged = {"cut": text[:-200], "empty": "", "status": json.dumps(body), "shape": "[]"}
    with pytest.raises((ValueError, KeyError, TypeError)):
        Release.from_json(damaged[damage])


def test_a_population_that_is_not_asked_for_now_is_kept_for_later() -> None:
    groups = town(60, 40)
    first = release_people(groups, ASKED)
    assert isinstance(first, Release)
    later = release_people(groups, scope(), previous=first)
    assert later.cells.empty
    assert later.records == first.records


def test_wards_may_be_added_to_the_study_area() -> None:
    groups = people([(60, (W1, {"three": "a"})), (40, (W2, {"three": "b"}))])
    first = release_people(groups, scope(table("t", "three", wards=True), wards=2))
    more = join(groups, people([(30, (W3, {"three": "c"}))], 500))
    second = release_people(more, scope(table("t", "three", wards=True), wards=3), previous=first)
    assert shown(second, "t")[(AREA, "")] == 130
    assert shown(second, "t")[(W3, "c")] == 30
