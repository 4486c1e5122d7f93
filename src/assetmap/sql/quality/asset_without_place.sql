-- title: Places have a position
-- topic: places
-- severity: warning
-- owner: keeper of places
-- found: {count} places have no position, e.g. {example}; they are listed and not mapped.
-- fine: Every place has a position.
SELECT a.asset_name AS example
FROM int_asset AS a
WHERE a.easting_m IS NULL
ORDER BY a.asset_id
