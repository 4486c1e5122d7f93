"""Sites among themselves: size as drawn, and the land that two share."""

import geopandas as gpd
import pytest
import shapely

from assetmap.errors import ContractError, CRSError
from assetmap.spatial import site_extent, site_overlaps_site

BOX = shapely.box(400_000, 290_000, 400_100, 290_100)
HALF = shapely.box(400_050, 290_000, 400_150, 290_100)
NEXT = shapely.box(400_100, 290_000, 400_200, 290_100)
POINT = shapely.Point(400_010, 290_010)
BOWTIE = shapely.Polygon([(0, 0), (9, 9), (9, 0), (0, 9)])


def layer(crs=27700, **shapes):
    return gpd.GeoSeries(list(shapes.values()), index=list(shapes), crs=crs)


def test_a_hectare_is_ten_thousand_square_metres_and_a_point_has_none():
    two = shapely.MultiPolygon([BOX, shapely.box(500_000, 290_000, 500_100, 290_050)])
    assert site_extent(layer(b=BOX, a=two, p=POINT)).to_numpy().tolist() == [
        ["a", 1.5],
        ["b", 1.0],
        ["p", 0.0],
    ]


def test_a_pair_that_shares_land_stands_once_the_lower_id_first():
    pairs = site_overlaps_site(layer(z=BOX, a=HALF))
    assert pairs.to_numpy().tolist() == [["a", "z", 5000.0]]


def test_sites_that_touch_and_points_inside_share_no_land():
    assert site_overlaps_site(layer(a=BOX, b=NEXT, p=POINT)).empty


def test_every_pair_of_three_is_found_in_order():
    pairs = site_overlaps_site(layer(c=BOX, b=BOX, a=HALF))
    assert pairs[["site_id", "other_site_id"]].to_numpy().tolist() == [
        ["a", "b"],
        ["a", "c"],
        ["b", "c"],
    ]
    assert pairs["overlap_m2"].tolist() == [5000.0, 5000.0, 10_000.0]


def test_no_sites_make_empty_tables():
    empty = gpd.GeoSeries([], index=[], crs=27700)
    assert list(site_extent(empty)) == ["site_id", "drawn_ha"]
    assert list(site_overlaps_site(empty)) == ["site_id", "other_site_id", "overlap_m2"]


@pytest.mark.parametrize("measure", [site_extent, site_overlaps_site])
def test_a_layer_in_degrees_is_refused(measure):
    with pytest.raises(CRSError):
        measure(layer(crs=4326, a=BOX))


def test_an_outline_that_crosses_itself_is_refused():
    with pytest.raises(ContractError):
        site_overlaps_site(layer(a=BOX, b=BOWTIE))
