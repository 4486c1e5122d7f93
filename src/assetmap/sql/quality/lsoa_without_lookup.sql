-- title: The lookup of vintages covers the study area
-- topic: codes
-- severity: warning
-- owner: data manager
-- found: {count} LSOAs of the study area are not in the lookup from 2011 to 2021, e.g. {example}; they have no census figure.
-- fine: Every LSOA of the study area is in the lookup from 2011 to 2021.
SELECT a.lsoa11cd AS example
FROM int_lsoa11_in_area AS a
LEFT JOIN stg_lookup_lsoa11_lsoa21 AS l ON a.lsoa11cd = l.lsoa11cd
WHERE a.geography = 'study_area' AND l.lsoa11cd IS NULL
ORDER BY a.lsoa11cd
