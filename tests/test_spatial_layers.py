"""The order of ids: as text, whatever the text."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assetmap.spatial import layers

TEXT = st.text(st.characters(codec="utf-8"), max_size=20)


@settings(deadline=None)
@given(st.lists(TEXT, min_size=1, max_size=30, unique=True))
def test_ids_are_ordered_as_python_orders_text(ids):
    index = pd.Index(ids, dtype="str")
    assert index[layers._id_order(index)].tolist() == sorted(ids)


@pytest.mark.parametrize("prefix", ["", "asset-", "a-prefix-that-all-the-ids-share-"])
@pytest.mark.parametrize("digits", [1, 8, 9, 17])
def test_ids_with_shared_and_differing_parts_are_ordered_by_number(prefix, digits):
    ids = [f"{prefix}{n * 10 ** (digits - 1):0{digits}d}" for n in (7, 1, 9, 0, 3)]
    index = pd.Index(ids, dtype="str")
    assert layers._id_order(index).tolist() == [3, 1, 4, 0, 2]


def test_a_shorter_id_comes_before_the_one_that_it_begins():
    index = pd.Index(["ab", "a", "abc", "B", "é"], dtype="str")
    assert index[layers._id_order(index)].tolist() == ["B", "a", "ab", "abc", "é"]


def test_numbers_as_ids_are_ordered_as_numbers():
    index = pd.Index([10, 9, 100])
    assert layers._id_order(index).tolist() == [1, 0, 2]


def test_an_index_cut_or_joined_from_others_is_ordered_too():
    index = pd.Index(["z9", "b2", "c3", "a1", "d4"], dtype="str")
    for part in (index[1:], index[::-1], index[1:4].append(index[:1])):
        assert part[layers._id_order(part)].tolist() == sorted(part)
