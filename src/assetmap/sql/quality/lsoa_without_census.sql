-- title: Census tables cover the study area
-- topic: coverage
-- severity: warning
-- owner: data manager
-- found: {count} LSOAs of the study area lack a census count, e.g. {example}.
-- fine: Every LSOA of the study area has all six census tables.
SELECT a.lsoa11cd AS example
FROM int_lsoa11_in_area AS a
LEFT JOIN int_census_2021 AS c ON a.lsoa11cd = c.lsoa11cd
WHERE
    a.geography = 'study_area'
    AND (
        c.resident_count IS NULL OR c.birth_country_total_count IS NULL
        OR c.aged_3_plus_count IS NULL OR c.household_count IS NULL
        OR c.nssec_total_count IS NULL OR c.aged_16_plus_count IS NULL
    )
ORDER BY a.lsoa11cd
