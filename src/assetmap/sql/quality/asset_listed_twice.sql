-- title: Places listed twice
-- topic: places
-- severity: note
-- owner: keeper of places
-- found: {count} places share name and kind with another within 200 m, e.g. {example}; each counts.
-- fine: No two places of one kind share name and neighbourhood.
SELECT DISTINCT
    a.asset_id,
    a.asset_name AS example
FROM int_asset AS a
INNER JOIN int_asset AS b
    ON
        a.asset_id <> b.asset_id
        AND a.kind = b.kind
        AND lower(a.asset_name) = lower(b.asset_name)
        AND abs(a.easting_m - b.easting_m) <= 200
        AND abs(a.northing_m - b.northing_m) <= 200
ORDER BY a.asset_id
