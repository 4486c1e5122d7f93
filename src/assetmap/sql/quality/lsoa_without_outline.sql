-- title: Outlines cover the study area
-- topic: coverage
-- severity: warning
-- owner: data manager
-- found: {count} LSOAs of the study area have no outline, e.g. {example}.
-- fine: Every LSOA of the study area has an outline.
SELECT a.lsoa11cd AS example
FROM int_lsoa11_in_area AS a
LEFT JOIN stg_lsoa_2011 AS g ON a.lsoa11cd = g.lsoa11cd
WHERE a.geography = 'study_area' AND g.lsoa11cd IS NULL
ORDER BY a.lsoa11cd
