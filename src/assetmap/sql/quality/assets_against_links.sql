-- title: Every place is linked or out of reach
-- topic: counts
-- severity: blocking
-- owner: developer of assetmap
-- found: {count} places are neither linked to a site nor beyond the largest catchment of all, e.g. {example}.
-- fine: Every place with a position is linked to a site or lies beyond all catchments.
SELECT a.asset_id AS example
FROM int_asset_nearest_site AS a
LEFT JOIN mart_link AS l ON a.asset_id = l.asset_id
WHERE l.asset_id IS NULL AND a.distance_m <= (SELECT max(c.catchment_m) FROM cfg_catchment AS c)
ORDER BY a.asset_id
