"""Sites against areas: every relation, on squares worked by hand."""

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from assetmap import spatial
from assetmap.disclosure.tables import RELATIONS
from assetmap.errors import ConfigError, ContractError, CRSError
from assetmap.geography import BNG, WGS84
from assetmap.spatial import areas as module
from assetmap.spatial import engine

UNTIMED = settings(deadline=None, max_examples=60)
PLACE = st.tuples(st.integers(0, 50), st.integers(0, 50), st.integers(0, 20))


def layer(shapes, crs=BNG):
    return gpd.GeoSeries(list(shapes.values()), index=pd.Index(list(shapes), dtype="str"), crs=crs)


def square(x, y, side=10):
    return shapely.box(x, y, x + side, y + side)


def shape(x, y, side):
    return square(x, y, side) if side else shapely.Point(x, y)


def rows(table):
    return [tuple(row) for row in table.itertuples(index=False)]


AREAS = layer({"E3": square(1000, 0, 100), "E2": square(100, 0, 100), "E1": square(0, 0, 100)})


def test_the_relations_are_those_of_the_published_table():
    named = (module.INSIDE, module.OVERLAPS, module.ADJACENT, module.OUTSIDE)
    assert named == RELATIONS


def test_a_site_inside_one_area_is_adjacent_or_outside_the_others():
    found = spatial.site_in_area(layer({"s1": square(80, 5)}), AREAS, adjacent_m=400)
    assert list(found.columns) == [
        "site_id",
        "area_code",
        "relation",
        "distance_m",
        "overlap_share",
    ]
    assert rows(found) == [
        ("s1", "E1", "inside", 0.0, 1.0),
        ("s1", "E2", "adjacent", 10.0, 0.0),
        ("s1", "E3", "outside", 910.0, 0.0),
    ]


def test_a_site_across_a_border_overlaps_both():
    found = spatial.site_in_area(layer({"s1": square(97, 0)}), AREAS, adjacent_m=0)
    assert rows(found)[:2] == [
        ("s1", "E1", "overlaps", 0.0, pytest.approx(0.3)),
        ("s1", "E2", "overlaps", 0.0, pytest.approx(0.7)),
    ]


def test_a_shared_edge_is_adjacent_even_at_no_distance():
    found = spatial.site_in_area(layer({"s1": square(100, 0)}), AREAS, adjacent_m=0)
    assert found["relation"].tolist() == ["adjacent", "inside", "outside"]


def test_the_adjacent_distance_itself_is_adjacent():
    site = layer({"s1": square(204, 0)})
    assert spatial.site_in_area(site, AREAS, adjacent_m=4)["relation"][1] == "adjacent"
    assert spatial.site_in_area(site, AREAS, adjacent_m=3.99)["relation"][1] == "outside"


def test_a_sliver_is_neither_an_overlap_nor_a_gap():
    over = layer({"s1": shapely.box(100 - 1e-9, 0, 110, 10)})
    found = spatial.site_in_area(over, AREAS, adjacent_m=0)
    assert found["relation"].tolist() == ["adjacent", "inside", "outside"]
    assert found["overlap_share"].tolist() == [0.0, 1.0, 0.0]


def test_a_point_is_inside_every_area_that_it_touches():
    sites = layer({"p": shapely.Point(50, 50), "q": shapely.Point(100, 50)})
    found = spatial.site_in_area(sites, AREAS, adjacent_m=50)
    assert found["relation"].tolist() == [
        "inside",
        "adjacent",
        "outside",
        "inside",
        "inside",
        "outside",
    ]
    assert found["overlap_share"].tolist() == [1.0, 0.0, 0.0, 1.0, 1.0, 0.0]


def test_parts_in_two_areas_share_the_site():
    parts = shapely.MultiPolygon([square(0, 0), square(1000, 0)])
    found = spatial.site_in_area(layer({"s1": parts}), AREAS, adjacent_m=400)
    assert rows(found) == [
        ("s1", "E1", "overlaps", 0.0, 0.5),
        ("s1", "E2", "adjacent", 90.0, 0.0),
        ("s1", "E3", "overlaps", 0.0, 0.5),
    ]


def test_a_site_in_the_hole_of_an_area_is_not_inside_it():
    donut = layer({"E1": square(0, 0, 30).difference(square(10, 10))})
    found = spatial.site_in_area(layer({"s1": square(12, 12, 6)}), donut, adjacent_m=1)
    assert rows(found) == [("s1", "E1", "outside", 2.0, 0.0)]


@UNTIMED
@given(st.lists(PLACE, max_size=6), st.lists(PLACE, max_size=6), st.integers(0, 30))
def test_brute_force_agrees(sites, areas, adjacent_m):
    sites = layer({f"s{n}": shape(*place) for n, place in enumerate(sites)})
    areas = layer({f"E{n}": square(x, y, side + 1) for n, (x, y, side) in enumerate(areas)})
    expected = []
    for s, site in sites.items():
        for code, area in areas.items():
            shared = site.intersection(area).area / site.area if site.area else 0.0
            share = shared if site.area else float(area.covers(site))
            touching = "adjacent" if site.distance(area) <= adjacent_m else "outside"
            part = "overlaps" if share > 0 else touching
            relation = "inside" if area.covers(site) else part
            expected.append((s, code, relation, site.distance(area), pytest.approx(share)))
    assert rows(spatial.site_in_area(sites, areas, adjacent_m=adjacent_m)) == expected


@UNTIMED
@given(st.lists(PLACE, min_size=1, max_size=6), st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(places, random):
    sites = layer({f"s{n}": shape(*place) for n, place in enumerate(places)})
    expected = spatial.site_in_area(sites, AREAS, adjacent_m=30)
    mixed = sites.iloc[random.sample(range(len(sites)), len(sites))]
    pd.testing.assert_frame_equal(spatial.site_in_area(mixed, AREAS[::-1], adjacent_m=30), expected)


def test_the_number_of_threads_does_not_matter(monkeypatch):
    sites = layer({f"s{n}": square(n * 9, 0) for n in range(9)})
    monkeypatch.setattr(module, "_CHUNK_PAIRS", 2)
    found = []
    for workers in (1, 5):
        monkeypatch.setattr(engine, "worker_count", lambda workers=workers: workers)
        found.append(spatial.site_in_area(sites, AREAS, adjacent_m=30))
    assert len(found[0]) == 27
    pd.testing.assert_frame_equal(found[0], found[1])


def test_inputs_are_untouched():
    sites = layer({"s2": square(0, 0), "s1": square(95, 0)})
    before = sites.copy(deep=True), AREAS.copy(deep=True)
    spatial.site_in_area(sites, AREAS, adjacent_m=30)
    assert sites.equals(before[0])
    assert AREAS.equals(before[1])


def test_empty_layers_give_no_rows_of_the_same_types():
    full = spatial.site_in_area(layer({"s1": square(0, 0)}), AREAS, adjacent_m=1)
    for sites, areas in [(layer({}), AREAS), (layer({"s1": square(0, 0)}), layer({}))]:
        found = spatial.site_in_area(sites, areas, adjacent_m=1)
        assert len(found) == 0
        assert found.dtypes.astype(str).tolist() == full.dtypes.astype(str).tolist()


def test_what_cannot_be_measured_is_refused():
    site = layer({"s1": square(0, 0)})
    bowtie = layer({"E1": shapely.Polygon([(0, 0), (10, 10), (10, 0), (0, 10)])})
    with pytest.raises(ConfigError, match="adjacent_m is -1"):
        spatial.site_in_area(site, AREAS, adjacent_m=-1)
    with pytest.raises(ContractError, match="areas: outline crosses itself in 1 of 1"):
        spatial.site_in_area(site, bowtie, adjacent_m=1)
    with pytest.raises(ContractError, match="areas: geometry is not a polygon in 1 of 1"):
        spatial.site_in_area(site, layer({"E1": shapely.Point(0, 0)}), adjacent_m=1)
    with pytest.raises(ContractError, match="sites: geometry is missing in 1 of 1"):
        spatial.site_in_area(layer({"s1": None}), AREAS, adjacent_m=1)
    with pytest.raises(CRSError, match="areas is in EPSG:4326"):
        spatial.site_in_area(site, layer({"E1": square(0, 0)}, crs=WGS84), adjacent_m=1)
