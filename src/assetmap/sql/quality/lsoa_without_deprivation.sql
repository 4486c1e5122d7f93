-- title: Deprivation covers the study area
-- topic: coverage
-- severity: warning
-- owner: data manager
-- found: {count} LSOAs of the study area have no deprivation score, e.g. {example}.
-- fine: Every LSOA of the study area has a deprivation score.
SELECT a.lsoa11cd AS example
FROM int_lsoa11_in_area AS a
LEFT JOIN stg_imd_2019 AS i ON a.lsoa11cd = i.lsoa11cd
WHERE a.geography = 'study_area' AND i.imd_score IS NULL
ORDER BY a.lsoa11cd
