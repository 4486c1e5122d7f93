"""A map layer stays small, and making it so always ends."""

from __future__ import annotations

import logging

import pytest
import shapely
from publish_town import town

from assetmap.publish import layers
from assetmap.publish.model import accept

EAST, NORTH, SIDE = 400_000, 280_000, 100


def squares(count: int) -> list[shapely.Geometry]:
    """Return squares that meet edge to edge: no corner of them can be left out."""
    corners = ((EAST + SIDE * (i % 80), NORTH + SIDE * (i // 80)) for i in range(count))
    return [shapely.box(x, y, x + SIDE, y + SIDE) for x, y in corners]


@pytest.fixture
def tolerances(monkeypatch):
    """Every tolerance that is tried; more than a few mean that the search does not end."""
    tried = []
    simplify = shapely.coverage_simplify

    def watched(shapes, tolerance):
        tried.append(tolerance)
        assert len(tried) <= 20, "simplification does not end"
        return simplify(shapes, tolerance)

    monkeypatch.setattr(shapely, "coverage_simplify", watched)
    return tried


def test_a_small_layer_is_drawn_as_it_is(tolerances):
    shapes = squares(4)
    assert layers._within_budget(shapes) == [layers.to_lonlat(shape) for shape in shapes]
    assert layers._within_budget([]) == []
    assert tolerances == []


def test_six_thousand_squares_that_cannot_be_simplified_fit_with_fewer_decimals(tolerances):
    shapes = squares(6000)
    assert layers._json_bytes([layers.to_lonlat(s) for s in shapes]) > layers.MAX_LAYER_BYTES
    drawn = layers._within_budget(shapes)
    assert len(drawn) == 6000
    assert layers._json_bytes(drawn) <= layers.MAX_LAYER_BYTES
    assert tolerances == [2]


def test_a_layer_that_never_fits_ends_with_its_smallest_form(monkeypatch, tolerances, caplog):
    monkeypatch.setattr(layers, "MAX_LAYER_BYTES", 1)
    shapes = squares(300)
    with caplog.at_level(logging.WARNING, logger="assetmap"):
        drawn = layers._within_budget(shapes)
    assert tolerances == list(layers.TOLERANCES_M)
    assert len(drawn) == 300
    size = layers._json_bytes(drawn)
    assert size < layers._json_bytes([layers.to_lonlat(s) for s in shapes])
    assert caplog.messages == [f"map layer: 300 shapes take {size} bytes at their simplest"]


def test_a_winding_outline_loses_no_more_than_it_must(monkeypatch, tolerances):
    circle = shapely.Point(EAST, NORTH).buffer(5000, quad_segs=2000)
    monkeypatch.setattr(layers, "MAX_LAYER_BYTES", 20_000)
    (drawn,) = layers._within_budget([circle])
    assert layers._json_bytes([drawn]) <= 20_000
    assert tolerances == list(layers.TOLERANCES_M[: len(tolerances)])
    assert 0 < len(tolerances) < len(layers.TOLERANCES_M)


def shown(tables):
    """Return which layers of the area map are drawn at first."""
    return {layer.key: layer.is_shown for layer in layers.area_map(accept(tables)).layers}


def test_rings_are_drawn_until_they_would_hide_the_map(monkeypatch):
    assert shown(town())["catchment_800"]
    assert not shown(town())["catchment_400"]
    monkeypatch.setattr(layers, "MAX_RINGED_SITES", 1)
    assert not any(is_shown for key, is_shown in shown(town()).items() if "catchment" in key)
    assert shown(town())["site"]


def test_a_long_name_is_cut_on_the_map_and_the_largest_site_is_named_first():
    tables = town()
    sites = tables["pub_site"]
    sites.loc[sites["site_id"] == "basin", ["site_name", "stated_ha"]] = [
        "Land bounded by Great Street, and by others",
        9.0,
    ]
    names = [label.text for label in layers.area_map(accept(tables)).labels if label.rank == 0]
    assert names == ["Land bounded by Great…", "The Mill"]
    assert all(len(name) <= layers.LABEL_LENGTH for name in names)
