"""Catchments of sites and the LSOAs that they cover, on squares worked by hand."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from assetmap import spatial
from assetmap.errors import ConfigError, ContractError, CRSError
from assetmap.geography import BNG, WGS84
from assetmap.spatial import engine

UNTIMED = settings(deadline=None, max_examples=60)
BOWTIE = shapely.Polygon([(0, 0), (10, 10), (10, 0), (0, 10)])
PLACES = st.tuples(st.floats(-20, 60), st.floats(-20, 60), st.floats(1, 40))


def layer(shapes, crs=BNG):
    return gpd.GeoSeries(list(shapes.values()), index=pd.Index(list(shapes), dtype="str"), crs=crs)


def square(x, y, side=10):
    return shapely.box(x, y, x + side, y + side)


def zones(shapes, crs=BNG):
    """Return catchments with outlines of our own: {(site_id, metres): outline}."""
    keys = list(shapes)
    return gpd.GeoDataFrame(
        {"site_id": [key[0] for key in keys], "catchment_m": [key[1] for key in keys]},
        geometry=list(shapes.values()),
        crs=crs,
    ).astype({"site_id": "str", "catchment_m": "int64"})


def rows(table):
    return [tuple(row) for row in table.itertuples(index=False)]


GRID = layer({f"E{x}{y}": square(x * 10, y * 10) for x in range(4) for y in range(4)})


class TestSiteCatchment:
    def test_one_row_a_site_and_distance_in_order(self):
        sites = layer({"s2": square(500, 0), "s1": shapely.Point(0, 0)})
        found = spatial.site_catchment(sites, (800, 400, 800))
        assert list(found.columns) == ["site_id", "catchment_m", "geometry"]
        assert list(zip(found["site_id"], found["catchment_m"], strict=True)) == [
            ("s1", 400),
            ("s1", 800),
            ("s2", 400),
            ("s2", 800),
        ]
        assert found.crs.to_epsg() == BNG

    def test_a_square_grows_by_four_strips_and_a_circle(self):
        (outline,) = spatial.site_catchment(layer({"s1": square(0, 0)}), (5,)).geometry
        assert outline.bounds == (-5, -5, 15, 15)
        assert outline.area == pytest.approx(100 + 4 * 50 + np.pi * 25, rel=1e-3)
        assert outline.area < 100 + 4 * 50 + np.pi * 25

    def test_corners_have_thirty_two_segments_a_quarter(self):
        (outline,) = spatial.site_catchment(layer({"s1": shapely.Point(0, 0)}), (100,)).geometry
        assert len(outline.exterior.coords) == 4 * 32 + 1

    def test_parts_and_holes_are_kept_or_filled_by_distance(self):
        parts = shapely.MultiPolygon([square(0, 0), square(100, 0)])
        donut = square(0, 0, 30).difference(square(10, 10))
        found = spatial.site_catchment(layer({"donut": donut, "parts": parts}), (4, 6))
        assert [len(shapely.get_parts(outline)) for outline in found.geometry] == [1, 1, 2, 2]
        assert [shapely.get_num_interior_rings(outline) for outline in found.geometry[:2]] == [1, 0]

    @pytest.mark.parametrize("distance", [0, -400])
    def test_no_distance_is_refused(self, distance):
        with pytest.raises(ConfigError, match="catchment_m is"):
            spatial.site_catchment(layer({"s1": square(0, 0)}), (400, distance))

    def test_an_outline_that_crosses_itself_is_named(self):
        with pytest.raises(ContractError, match="sites: outline crosses itself in 1 of 1"):
            spatial.site_catchment(layer({"s1": BOWTIE}), (400,))

    def test_no_sites_and_no_distances_give_no_rows(self):
        assert len(spatial.site_catchment(layer({}), (400,))) == 0
        assert len(spatial.site_catchment(layer({"s1": square(0, 0)}), ())) == 0

    @UNTIMED
    @given(PLACES, st.integers(1, 50), st.integers(1, 50))
    def test_a_wider_catchment_covers_a_narrower_one(self, place, one, other):
        found = spatial.site_catchment(layer({"s1": square(*place)}), (one, one + other))
        narrow, wide = found.geometry
        assert wide.covers(narrow)


class TestLsoaOverlap:
    def test_shares_are_of_the_lsoa(self):
        found = spatial.lsoa_overlap_site_catchment(
            GRID, zones({("s1", 400): shapely.box(0, 0, 15, 5)})
        )
        assert list(found.columns) == ["lsoa11cd", "site_id", "catchment_m", "area_share"]
        assert rows(found) == [("E00", "s1", 400, 0.5), ("E10", "s1", 400, 0.25)]

    def test_the_order_is_lsoa_then_site_then_distance(self):
        whole = square(0, 0, 10)
        catchments = zones({("s2", 400): whole, ("s1", 1200): whole, ("s1", 400): whole})
        found = spatial.lsoa_overlap_site_catchment(GRID, catchments)
        assert rows(found) == [
            ("E00", "s1", 400, 1.0),
            ("E00", "s1", 1200, 1.0),
            ("E00", "s2", 400, 1.0),
        ]

    def test_touching_is_no_overlap(self):
        beside = zones({("s1", 400): square(40, 0)})
        assert len(spatial.lsoa_overlap_site_catchment(GRID, beside)) == 0

    def test_the_hole_of_an_lsoa_does_not_count(self):
        donut = square(0, 0, 30).difference(square(10, 10))
        catchments = zones({("s1", 400): square(0, 0, 20)})
        found = spatial.lsoa_overlap_site_catchment(layer({"E1": donut}), catchments)
        assert found["area_share"].tolist() == [pytest.approx(300 / 800)]

    def test_a_catchment_in_parts_is_summed(self):
        parts = shapely.MultiPolygon([square(0, 0, 2), square(5, 5, 4)])
        found = spatial.lsoa_overlap_site_catchment(GRID, zones({("s1", 400): parts}))
        assert rows(found) == [("E00", "s1", 400, pytest.approx(0.2))]

    @UNTIMED
    @given(st.lists(PLACES, min_size=0, max_size=6))
    def test_mass_is_kept(self, places):
        outlines = {(f"s{n}", 400): square(*place) for n, place in enumerate(places)}
        found = spatial.lsoa_overlap_site_catchment(GRID, zones(outlines))
        assert ((found["area_share"] > 0) & (found["area_share"] <= 1)).all()
        summed = (found["area_share"] * 100).groupby(found["site_id"]).sum()
        for (site_id, _), outline in outlines.items():
            expected = outline.intersection(square(0, 0, 40)).area
            assert summed.get(site_id, 0.0) == pytest.approx(expected, abs=1e-6)

    @UNTIMED
    @given(st.lists(PLACES, min_size=1, max_size=6), st.randoms(use_true_random=False))
    def test_the_order_of_rows_does_not_matter(self, places, random):
        catchments = zones({(f"s{n}", 400): square(*place) for n, place in enumerate(places)})
        expected = spatial.lsoa_overlap_site_catchment(GRID, catchments)
        found = spatial.lsoa_overlap_site_catchment(
            GRID.iloc[random.sample(range(16), 16)],
            catchments.iloc[random.sample(range(len(places)), len(places))],
        )
        pd.testing.assert_frame_equal(found, expected)

    def test_the_number_of_threads_does_not_matter(self, monkeypatch):
        monkeypatch.setattr("assetmap.spatial.catchments._CHUNK_CATCHMENTS", 1)
        catchments = spatial.site_catchment(
            layer({"s1": square(3, 3), "s2": square(20, 9)}), (4, 9)
        )
        found = []
        for workers in (1, 5):
            monkeypatch.setattr(engine, "worker_count", lambda workers=workers: workers)
            found.append(spatial.lsoa_overlap_site_catchment(GRID, catchments))
        assert len(found[0]) > 4
        pd.testing.assert_frame_equal(found[0], found[1])

    def test_inputs_are_untouched(self):
        catchments = zones({("s2", 400): square(0, 0), ("s1", 400): square(5, 5)})
        before = catchments.copy(deep=True), GRID.copy(deep=True)
        spatial.lsoa_overlap_site_catchment(GRID, catchments)
        assert catchments.equals(before[0])
        assert GRID.equals(before[1])

    def test_empty_layers_give_no_rows_of_the_same_columns(self):
        for lsoas, catchments in [
            (layer({}), zones({("s1", 400): square(0, 0)})),
            (GRID, zones({})),
        ]:
            found = spatial.lsoa_overlap_site_catchment(lsoas, catchments)
            assert list(found.columns) == ["lsoa11cd", "site_id", "catchment_m", "area_share"]
            assert len(found) == 0

    def test_a_repeated_catchment_is_named(self):
        catchments = pd.concat([zones({("s1", 400): square(0, 0)})] * 2)
        with pytest.raises(ContractError, match=r"repeats in 1 of 2 rows, e\.g\. s1 400 m"):
            spatial.lsoa_overlap_site_catchment(GRID, catchments)

    def test_an_outline_that_crosses_itself_is_named(self):
        catchments = zones({("s1", 400): square(0, 0)})
        with pytest.raises(ContractError, match=r"lsoas: outline crosses itself .* e\.g\. 'E1'"):
            spatial.lsoa_overlap_site_catchment(layer({"E1": BOWTIE}), catchments)

    def test_degrees_are_refused(self):
        with pytest.raises(CRSError, match="catchments is in EPSG:4326"):
            spatial.lsoa_overlap_site_catchment(GRID, zones({("s1", 400): square(0, 0)}, crs=WGS84))
