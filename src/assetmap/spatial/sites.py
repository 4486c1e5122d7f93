"""Sites among themselves: how large each is drawn, and which overlap.

Belongs here: measures of sites alone. Does not: sites against areas (``areas.py``) or what
lies around them (``assets.py``, ``catchments.py``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
import shapely

from assetmap.spatial.layers import require_valid, shape_layer

if TYPE_CHECKING:
    import geopandas as gpd

_M2_PER_HA: Final = 10_000


def site_extent(sites: gpd.GeoSeries) -> pd.DataFrame:
    """Return the area of each site as it is drawn, in hectares; 0 for a point.

    Parameters
    ----------
    sites
        Polygons, multipolygons or points, index ``site_id``, EPSG:27700.

    Returns
    -------
    pd.DataFrame
        ``site_id, drawn_ha``, in order of ``site_id``.

    Raises
    ------
    CRSError, ContractError
        The layer is in another system, or has unusable ids or geometry.
    """
    layer = shape_layer(sites, "sites")
    drawn = shapely.area(layer.geometry) / _M2_PER_HA
    return pd.DataFrame({"site_id": layer.ids, "drawn_ha": drawn})


def site_overlaps_site(sites: gpd.GeoSeries) -> pd.DataFrame:
    """Return each pair of sites that share land: an asset there would be inside both.

    Parameters
    ----------
    sites
        Polygons, multipolygons or points, index ``site_id``, EPSG:27700.

    Returns
    -------
    pd.DataFrame
        ``site_id, other_site_id, overlap_m2``, in that order, the lower id first; sites that
        only touch, and points, are absent.

    Raises
    ------
    CRSError, ContractError
        The layer is in another system, has unusable ids or geometry, or an outline crosses
        itself.
    """
    layer = shape_layer(sites, "sites")
    require_valid(layer)
    pairs = shapely.STRtree(layer.geometry).query(layer.geometry, predicate="intersects")
    one, other = pairs[:, pairs[0] < pairs[1]]
    shared = shapely.area(shapely.intersection(layer.geometry[one], layer.geometry[other]))
    order = np.lexsort((other, one))
    kept = order[shared[order] > 0]
    return pd.DataFrame(
        {
            "site_id": layer.ids.take(one[kept]),
            "other_site_id": layer.ids.take(other[kept]),
            "overlap_m2": shared[kept],
        }
    )
