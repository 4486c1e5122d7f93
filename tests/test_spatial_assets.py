"""Points against areas and sites, on squares that can be worked by hand."""

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
GRID = st.integers(0, 40)
COORDINATES = st.lists(st.tuples(GRID, GRID), min_size=0, max_size=25)
SQUARES = st.lists(st.tuples(GRID, GRID, st.integers(1, 12)), min_size=0, max_size=8)


def layer(shapes, crs=BNG):
    index = pd.Index(list(shapes), dtype="str")
    return gpd.GeoSeries(list(shapes.values()), index=index, crs=crs)


def square(x, y, side=10):
    return shapely.box(x, y, x + side, y + side)


def points(coordinates, prefix="a"):
    return layer({f"{prefix}{n:02d}": shapely.Point(xy) for n, xy in enumerate(coordinates)})


def squares(places):
    return layer({f"s{n:02d}": square(*place) for n, place in enumerate(places)})


def rows(table):
    return [tuple(row) for row in table.itertuples(index=False)]


DONUT = square(0, 0, 30).difference(square(10, 10))
TWO_PARTS = shapely.MultiPolygon([square(0, 0), square(100, 0)])


class TestAssetInArea:
    def test_each_asset_is_in_the_area_that_holds_it(self):
        assets = layer({"b": shapely.Point(15, 5), "a": shapely.Point(5, 5)})
        areas = layer({"E2": square(10, 0), "E1": square(0, 0)})
        assert rows(spatial.asset_in_area(assets, areas)) == [("a", "E1"), ("b", "E2")]

    def test_a_shared_edge_or_corner_goes_to_the_lowest_code(self):
        assets = layer({"edge": shapely.Point(10, 5), "corner": shapely.Point(10, 10)})
        areas = layer(
            {
                "E4": square(0, 0),
                "E3": square(10, 0),
                "E2": square(0, 10),
                "E9": square(10, 10),
            }
        )
        expected = [("corner", "E2"), ("edge", "E3")]
        assert rows(spatial.asset_in_area(assets, areas)) == expected

    def test_the_hole_of_a_donut_is_not_in_it_but_its_edge_is(self):
        assets = layer(
            {
                "edge": shapely.Point(10, 15),
                "hole": shapely.Point(15, 15),
                "in": shapely.Point(5, 5),
            }
        )
        found = spatial.asset_in_area(assets, layer({"E1": DONUT}))
        assert rows(found) == [("edge", "E1"), ("in", "E1")]

    def test_an_asset_in_no_area_is_absent(self):
        found = spatial.asset_in_area(points([(99, 99)]), layer({"E1": square(0, 0)}))
        assert list(found.columns) == ["asset_id", "area_code"]
        assert len(found) == 0

    def test_a_line_is_no_area(self):
        line = layer({"E1": shapely.LineString([(0, 0), (1, 1)])})
        with pytest.raises(ContractError, match="areas: geometry is not a polygon in 1 of 1"):
            spatial.asset_in_area(points([(0, 0)]), line)

    def test_many_assets_on_a_grid_are_each_in_their_cell(self):
        # More than one chunk, so that the curve, the groups and the threads all take part.
        across = np.arange(300) + 0.5
        xy = np.stack(np.meshgrid(across, across), axis=-1).reshape(-1, 2)
        shuffled = np.random.default_rng(7).permutation(len(xy))
        xy = xy[shuffled]
        ids = pd.Index([f"a{n:06d}" for n in range(len(xy))])
        assets = gpd.GeoSeries(shapely.points(xy), index=ids, crs=BNG)
        areas = layer(
            {f"E{x}{y}": square(x * 100, y * 100, 100) for x in range(3) for y in range(3)}
        )
        found = spatial.asset_in_area(assets, areas)
        cells = (xy // 100).astype(int)
        assert found["asset_id"].tolist() == ids.tolist()
        assert found["area_code"].tolist() == [f"E{x}{y}" for x, y in cells.tolist()]


class TestAssetNearSite:
    def test_distance_is_from_the_edge_and_zero_inside(self):
        assets = layer(
            {"in": shapely.Point(5, 5), "near": shapely.Point(13, 14), "far": shapely.Point(50, 50)}
        )
        found = spatial.asset_near_site(assets, layer({"s1": square(0, 0)}), 5)
        assert rows(found) == [("in", "s1", 0.0), ("near", "s1", 5.0)]

    def test_a_hair_too_far_is_no_pair(self):
        found = spatial.asset_near_site(points([(13, 14)]), layer({"s1": square(0, 0)}), 4.999999)
        assert len(found) == 0

    def test_a_point_site_and_a_site_in_parts(self):
        sites = layer({"point": shapely.Point(50, 0), "parts": TWO_PARTS})
        found = spatial.asset_near_site(points([(53, 4), (97, 5)]), sites, 50)
        assert rows(found) == [
            ("a00", "parts", 43.0),
            ("a00", "point", 5.0),
            ("a01", "parts", 3.0),
            ("a01", "point", pytest.approx(np.hypot(47, 5))),
        ]

    def test_the_hole_of_a_site_is_outside_it(self):
        found = spatial.asset_near_site(points([(15, 15)]), layer({"s1": DONUT}), 10)
        assert rows(found) == [("a00", "s1", 5.0)]

    def test_the_distance_itself_is_within_even_off_the_grid(self):
        site = layer({"s1": shapely.Point(0.1, 0.1)})
        assert len(spatial.asset_near_site(points([(800.1, 0.1)]), site, 800.1 - 0.1)) == 1

    @pytest.mark.parametrize("distance", [-1.0, float("nan"), float("inf")])
    def test_an_impossible_distance_is_refused(self, distance):
        with pytest.raises(ConfigError, match="max_distance_m is"):
            spatial.asset_near_site(points([(0, 0)]), layer({"s1": square(0, 0)}), distance)

    @UNTIMED
    @given(COORDINATES, SQUARES, st.integers(0, 30))
    def test_brute_force_agrees(self, coordinates, places, reach):
        assets, sites = points(coordinates), squares(places)
        expected = [
            (a, s, asset.distance(site))
            for a, asset in assets.items()
            for s, site in sites.items()
            if asset.distance(site) <= reach
        ]
        assert rows(spatial.asset_near_site(assets, sites, reach)) == expected

    @UNTIMED
    @given(COORDINATES, SQUARES, st.integers(0, 30), st.integers(0, 30))
    def test_a_wider_catchment_never_loses_a_pair(self, coordinates, places, one, other):
        assets, sites = points(coordinates), squares(places)
        narrow = rows(spatial.asset_near_site(assets, sites, min(one, other)))
        wide = rows(spatial.asset_near_site(assets, sites, max(one, other)))
        assert set(narrow) <= set(wide)


def test_postcodes_are_joined_like_assets_under_their_own_name():
    postcodes = layer({"B16 8AA": shapely.Point(12, 5), "B1 1AA": shapely.Point(90, 5)})
    found = spatial.postcode_in_site_catchment(postcodes, layer({"s1": square(0, 0)}), 400)
    assert list(found.columns) == ["postcode", "site_id", "distance_m"]
    assert rows(found) == [("B1 1AA", "s1", 80.0), ("B16 8AA", "s1", 2.0)]


class TestAssetNearestSite:
    def test_the_nearest_edge_wins_however_far(self):
        sites = layer({"big": square(0, 0, 100), "small": square(200, 0)})
        found = spatial.asset_nearest_site(points([(130, 5), (1000, 5)]), sites)
        assert rows(found) == [("a00", "big", 30.0), ("a01", "small", 790.0)]

    def test_of_sites_equally_near_the_lowest_id_wins(self):
        sites = layer({"z": square(20, 0), "m": square(0, 0), "n": square(0, 0)})
        found = spatial.asset_nearest_site(points([(15, 5), (5, 5)]), sites)
        assert rows(found) == [("a00", "m", 5.0), ("a01", "m", 0.0)]

    @UNTIMED
    @given(COORDINATES, SQUARES.filter(len))
    def test_brute_force_agrees(self, coordinates, places):
        assets, sites = points(coordinates), squares(places)
        expected = []
        for a, asset in assets.items():
            distance_m, site_id = min((asset.distance(site), s) for s, site in sites.items())
            expected.append((a, site_id, distance_m))
        assert rows(spatial.asset_nearest_site(assets, sites)) == expected


class TestSiteNearestAsset:
    def test_each_kind_is_ranked_on_its_own(self):
        assets = points([(15, 5), (12, 5), (30, 5), (5, 5)])
        kinds = pd.Series(["school", "school", "school", "gp"], index=assets.index)
        found = spatial.site_nearest_asset(layer({"s1": square(0, 0)}), assets, kinds, count=2)
        assert rows(found) == [
            ("s1", "gp", 1, "a03", 0.0),
            ("s1", "school", 1, "a01", 2.0),
            ("s1", "school", 2, "a00", 5.0),
        ]

    def test_equally_near_assets_rank_by_id(self):
        assets = layer({n: shapely.Point(x, 5) for n, x in {"c": 12, "b": -2, "a": 12}.items()})
        kinds = pd.Series("school", index=assets.index)
        found = spatial.site_nearest_asset(layer({"s1": square(0, 0)}), assets, kinds, count=2)
        assert found["asset_id"].tolist() == ["a", "b"]

    def test_the_edge_counts_and_not_the_middle(self):
        # "beside" is 2 m from the long site, "central" nearer to its middle but 40 m off.
        site = layer({"long": shapely.box(0, 0, 1000, 10)})
        assets = layer({"beside": shapely.Point(990, 12), "central": shapely.Point(500, 50)})
        kinds = pd.Series("school", index=assets.index)
        found = spatial.site_nearest_asset(site, assets, kinds, count=1)
        assert rows(found) == [("long", "school", 1, "beside", 2.0)]

    def test_an_asset_without_kind_is_named(self):
        kinds = pd.Series(["school"], index=["a00"])
        with pytest.raises(ContractError, match=r"1 of 2 assets have no kind, e\.g\. 'a01'"):
            spatial.site_nearest_asset(squares([(0, 0)]), points([(0, 0), (1, 1)]), kinds, count=1)

    def test_a_kind_given_twice_is_named(self):
        kinds = pd.Series(["school", "gp"], index=["a00", "a00"])
        with pytest.raises(ContractError, match=r"id repeats, e\.g\. 'a00'"):
            spatial.site_nearest_asset(squares([(0, 0)]), points([(0, 0)]), kinds, count=1)

    def test_no_rank_at_all_is_refused(self):
        assets = points([(0, 0)])
        kinds = pd.Series("school", index=assets.index)
        with pytest.raises(ConfigError, match="count is 0"):
            spatial.site_nearest_asset(squares([(0, 0)]), assets, kinds, count=0)

    @UNTIMED
    @given(COORDINATES, SQUARES, st.integers(1, 4))
    def test_brute_force_agrees(self, coordinates, places, count):
        assets, sites = points(coordinates), squares(places)
        kinds = pd.Series([f"k{n % 3}" for n in range(len(assets))], index=assets.index, dtype=str)
        expected = []
        for s, site in sites.items():
            for kind in sorted(set(kinds)):
                members = assets[kinds == kind]
                ranked = sorted((asset.distance(site), a) for a, asset in members.items())
                expected += [
                    (s, kind, rank, a, metres)
                    for rank, (metres, a) in enumerate(ranked[:count], start=1)
                ]
        assert rows(spatial.site_nearest_asset(sites, assets, kinds, count=count)) == expected


class TestLinkLine:
    PAIRS = pd.DataFrame({"asset_id": ["a01", "a00"], "site_id": ["s1", "s1"]}, index=[7, 3])

    def test_a_line_runs_from_the_edge_to_the_asset_in_the_order_of_pairs(self):
        site = layer({"s1": square(0, 0)})
        lines = spatial.link_line(self.PAIRS, points([(13, 14), (5, -8)]), site)
        assert lines.index.tolist() == [7, 3]
        assert lines.crs.to_epsg() == BNG
        assert lines.to_wkt().tolist() == ["LINESTRING (5 0, 5 -8)", "LINESTRING (10 10, 13 14)"]

    def test_an_asset_inside_gets_a_line_to_itself_that_survives_wkb(self):
        site = layer({"s1": TWO_PARTS})
        lines = spatial.link_line(self.PAIRS, points([(3, 4), (100, 5)]), site)
        back = shapely.from_wkb(lines.to_wkb())
        assert shapely.to_wkt(back).tolist() == [
            "LINESTRING (100 5, 100 5)",
            "LINESTRING (3 4, 3 4)",
        ]
        assert lines.length.tolist() == [0.0, 0.0]

    @UNTIMED
    @given(COORDINATES, SQUARES)
    def test_its_length_is_the_distance(self, coordinates, places):
        assets, sites = points(coordinates), squares(places)
        pairs = spatial.asset_near_site(assets, sites, 100)
        lines = spatial.link_line(pairs, assets, sites)
        assert np.allclose(lines.length, pairs["distance_m"])
        ends = shapely.get_point(lines.to_numpy(), -1)
        assert shapely.equals(ends, assets.loc[pairs["asset_id"]].to_numpy()).all()

    def test_an_unknown_id_is_named(self):
        with pytest.raises(ContractError, match="1 of 2 rows name an id that assets does not"):
            spatial.link_line(self.PAIRS, points([(0, 0)]), layer({"s1": square(0, 0)}))


JOINS = {
    "area": spatial.asset_in_area,
    "near": lambda assets, sites: spatial.asset_near_site(assets, sites, 15),
    "postcode": lambda assets, sites: spatial.postcode_in_site_catchment(assets, sites, 15),
    "nearest": spatial.asset_nearest_site,
    "ranked": lambda assets, sites: spatial.site_nearest_asset(
        sites, assets, pd.Series("k", index=assets.index, dtype="str"), count=2
    ),
}
COLUMNS = {
    "area": ["asset_id", "area_code"],
    "near": ["asset_id", "site_id", "distance_m"],
    "postcode": ["postcode", "site_id", "distance_m"],
    "nearest": ["asset_id", "site_id", "distance_m"],
    "ranked": ["site_id", "kind", "kind_rank", "asset_id", "distance_m"],
}


@pytest.mark.parametrize("name", JOINS)
class TestEveryJoin:
    @pytest.mark.parametrize(("coordinates", "places"), [([], [(0, 0)]), ([(1, 1)], []), ([], [])])
    def test_an_empty_layer_gives_an_empty_table_of_the_same_columns(
        self, name, coordinates, places
    ):
        found = JOINS[name](points(coordinates), squares(places))
        assert list(found.columns) == COLUMNS[name]
        assert len(found) == 0
        full = JOINS[name](points([(1, 1)]), squares([(0, 0)]))
        assert len(full) == 1
        assert found.dtypes.astype(str).tolist() == full.dtypes.astype(str).tolist()

    @UNTIMED
    @given(COORDINATES, SQUARES, st.randoms(use_true_random=False))
    def test_the_order_of_rows_does_not_matter(self, name, coordinates, places, random):
        assets, sites = points(coordinates), squares(places)
        expected = JOINS[name](assets, sites)
        assets = assets.iloc[random.sample(range(len(assets)), len(assets))]
        sites = sites.iloc[random.sample(range(len(sites)), len(sites))]
        pd.testing.assert_frame_equal(JOINS[name](assets, sites), expected)

    def test_the_number_of_threads_and_the_cut_do_not_matter(self, name, monkeypatch):
        random = np.random.default_rng(3)
        assets = points(random.uniform(0, 300, (400, 2)))
        sites = squares([(*xy, 12) for xy in random.uniform(0, 300, (60, 2))])
        found = []
        for workers, chunk, group in [(1, 10_000, 16), (2, 64, 5), (7, 9, 16)]:
            monkeypatch.setattr(engine, "worker_count", lambda workers=workers: workers)
            monkeypatch.setattr(engine, "CHUNK_ROWS", chunk)
            monkeypatch.setattr(engine, "PAIR_CHUNK_ROWS", chunk)
            monkeypatch.setattr(engine, "_GROUP_ROWS", group)
            found.append(JOINS[name](assets, sites))
        assert len(found[0]) > 0
        pd.testing.assert_frame_equal(found[1], found[0])
        pd.testing.assert_frame_equal(found[2], found[0])

    def test_inputs_are_untouched(self, name):
        assets, sites = points([(3, 3), (30, 3), (11, 3)])[::-1], squares([(20, 0), (0, 0)])[::-1]
        before = assets.copy(deep=True), sites.copy(deep=True)
        JOINS[name](assets, sites)
        assert assets.equals(before[0])
        assert sites.equals(before[1])
        assert not shapely.is_prepared(assets.to_numpy()).any()
        assert not shapely.is_prepared(sites.to_numpy()).any()

    def test_degrees_are_refused(self, name):
        degrees = layer({"a": shapely.Point(-1.9, 52.5)}, crs=WGS84)
        with pytest.raises(CRSError, match="EPSG:4326"):
            JOINS[name](degrees, squares([(0, 0)]))
        with pytest.raises(CRSError, match="no coordinate system"):
            JOINS[name](points([(0, 0)]), layer({"s": square(0, 0)}, crs=None))

    def test_a_repeated_id_is_named(self, name):
        twice = gpd.GeoSeries([square(0, 0)] * 3, index=["s1", "s0", "s1"], crs=BNG)
        with pytest.raises(ContractError, match=r"id repeats in 1 of 3 rows, e\.g\. 's1'"):
            JOINS[name](points([(0, 0)]), twice)
        again = gpd.GeoSeries([shapely.Point(0, 0)] * 2, index=["a", "a"], crs=BNG)
        with pytest.raises(ContractError, match=r"id repeats in 1 of 2 rows, e\.g\. 'a'"):
            JOINS[name](again, squares([(0, 0)]))

    @pytest.mark.parametrize(
        ("geometry", "what"),
        [
            (None, "geometry is missing"),
            (shapely.Point(), "geometry is empty"),
            (square(0, 0), "geometry is not a point"),
            (shapely.Point(float("nan"), 0), "coordinates are not finite"),
        ],
    )
    def test_an_asset_without_a_place_is_named(self, name, geometry, what):
        assets = layer({"ok": shapely.Point(0, 0), "bad": geometry})
        with pytest.raises(ContractError, match=f"{what} in 1 of 2 rows, e.g. 'bad'"):
            JOINS[name](assets, squares([(0, 0)]))

    @pytest.mark.parametrize("geometry", [None, shapely.Polygon()])
    def test_a_site_without_a_place_is_named(self, name, geometry):
        with pytest.raises(ContractError, match=r"in 1 of 2 rows, e\.g\. 'bad'"):
            JOINS[name](points([(0, 0)]), layer({"bad": geometry, "ok": square(0, 0)}))

    def test_a_missing_id_is_refused(self, name):
        nameless = gpd.GeoSeries([shapely.Point(0, 0)] * 2, index=["a", None], crs=BNG)
        with pytest.raises(ContractError, match="id is missing in 1 of 2"):
            JOINS[name](nameless, squares([(0, 0)]))


@UNTIMED
@given(COORDINATES, SQUARES)
def test_brute_force_agrees_on_areas(coordinates, places):
    assets, areas = points(coordinates), squares(places)
    expected = []
    for a, asset in assets.items():
        holding = sorted(code for code, area in areas.items() if area.intersects(asset))
        expected += [(a, holding[0])] if holding else []
    assert rows(spatial.asset_in_area(assets, areas)) == expected


def test_prepared_sites_of_the_caller_are_safe_and_stay_prepared():
    sites = squares([(x, 0) for x in range(0, 400, 20)])
    shapely.prepare(sites.to_numpy())
    assets = points([(x, 5) for x in range(0, 400, 7)])
    prepared = spatial.asset_near_site(assets, sites, 30)
    plain = spatial.asset_near_site(assets, squares([(x, 0) for x in range(0, 400, 20)]), 30)
    pd.testing.assert_frame_equal(prepared, plain)
    assert shapely.is_prepared(sites.to_numpy()).all()


class TestHilbertOrder:
    def test_neighbours_on_the_curve_are_neighbours_on_the_ground(self):
        xy = np.stack(np.meshgrid(np.arange(16.0), np.arange(16.0)), axis=-1).reshape(-1, 2)
        walked = xy[engine.hilbert_order(xy)]
        assert np.abs(np.diff(walked, axis=0)).sum(axis=1).tolist() == [1.0] * 255

    @pytest.mark.parametrize("xy", [np.empty((0, 2)), np.full((3, 2), 5.0)])
    def test_points_without_an_extent_are_ordered_too(self, xy):
        assert sorted(engine.hilbert_order(xy)) == list(range(len(xy)))
