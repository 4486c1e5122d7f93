-- title: Outline and postcode of places agree
-- topic: places
-- severity: note
-- owner: nobody
-- found: {count} of the places with a postcode fall in another LSOA by outline than by postcode, e.g. {example}; the outlines are simplified.
-- fine: Outline and postcode put every place that has a postcode in the same LSOA.
SELECT a.asset_name AS example
FROM int_asset AS a
INNER JOIN int_asset_in_lsoa11 AS i ON a.asset_id = i.asset_id
INNER JOIN stg_postcode_lsoa AS p ON a.postcode = p.postcode
WHERE p.lsoa11cd <> i.lsoa11cd
ORDER BY a.asset_id
