-- title: Places lie in a loaded outline
-- topic: places
-- severity: note
-- owner: data manager
-- found: {count} places lie in no loaded LSOA outline, e.g. {example}; they count near sites, not in wards.
-- fine: Every place lies in a loaded LSOA outline.
SELECT a.asset_name AS example
FROM int_asset AS a
LEFT JOIN int_asset_in_lsoa11 AS i ON a.asset_id = i.asset_id
WHERE a.easting_m IS NOT NULL AND i.asset_id IS NULL
ORDER BY a.asset_id
