"""Layers with geometry, read without guessing: GeoJSON, GeoPackage, KML, shapefiles, WKT in CSV.

Belongs here: opening a layer, its coordinate system, geometries that cannot be used. Does
not: delimited text (``readers.py``) nor what a feature means (``datasets/``).
"""

from assetmap.layers.layer import GEOMETRY, POINT, Layer, screen_layer
from assetmap.layers.read import read_polygons, read_sites

__all__ = ["GEOMETRY", "POINT", "Layer", "read_polygons", "read_sites", "screen_layer"]
