-- One row: one site, one kind, and one of the nearest micro-assets of that kind.
SELECT
    n.site_id,
    n.kind,
    n.kind_rank,
    n.asset_id,
    a.asset_name,
    n.distance_m
FROM int_site_nearest_asset AS n
INNER JOIN int_asset AS a ON n.asset_id = a.asset_id
ORDER BY n.site_id, n.kind, n.kind_rank
