"""Spatial joins: layers in the British National Grid in, narrow tables of ids out.

Belongs here: everything geometric that the pipeline asks — which area holds an asset, how
far it is from a site, what a catchment covers. Does not: attributes, counts, reading
files, or coordinates in degrees.

Every layer is a ``GeoSeries`` whose index is the unique id. Every table that comes back
holds only ids and measures, is in the order of its whole key and has a fresh
``RangeIndex``, so the order of the rows that went in never shows.
"""

from assetmap.spatial.areas import site_in_area
from assetmap.spatial.assets import (
    asset_in_area,
    asset_near_site,
    asset_nearest_site,
    link_line,
    postcode_in_site_catchment,
    site_nearest_asset,
)
from assetmap.spatial.catchments import lsoa_overlap_site_catchment, site_catchment
from assetmap.spatial.sites import site_extent, site_overlaps_site

__all__ = [
    "asset_in_area",
    "asset_near_site",
    "asset_nearest_site",
    "link_line",
    "lsoa_overlap_site_catchment",
    "postcode_in_site_catchment",
    "site_catchment",
    "site_extent",
    "site_in_area",
    "site_nearest_asset",
    "site_overlaps_site",
]
