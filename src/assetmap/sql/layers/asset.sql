-- One row: one micro-asset with a position.
SELECT
    a.asset_id,
    a.kind,
    a.easting_m,
    a.northing_m
FROM int_asset AS a
WHERE a.easting_m IS NOT NULL AND a.northing_m IS NOT NULL
ORDER BY a.asset_id
