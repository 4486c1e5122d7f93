-- title: Live postcodes are in the lookup
-- topic: codes
-- severity: note
-- owner: data manager
-- found: {count} live postcodes are newer than the lookup or not in it, e.g. {example}; nobody is placed there.
-- fine: Every live postcode has its LSOA.
SELECT p.postcode AS example
FROM stg_code_point_open AS p
LEFT JOIN stg_postcode_lsoa AS l ON p.postcode = l.postcode
WHERE l.lsoa11cd IS NULL
ORDER BY p.postcode
