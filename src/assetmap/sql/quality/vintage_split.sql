-- title: Small areas were not split from 2011 to 2021
-- topic: vintages
-- severity: note
-- owner: nobody
-- found: {count} LSOAs of the study area were split between 2011 and 2021, e.g. {example}; the counts of their parts are added up.
-- fine: No LSOA of the study area was split between 2011 and 2021.
SELECT DISTINCT a.lsoa11cd AS example
FROM int_lsoa11_in_area AS a
INNER JOIN stg_lookup_lsoa11_lsoa21 AS l ON a.lsoa11cd = l.lsoa11cd
WHERE a.geography = 'study_area' AND l.chgind = 'S'
ORDER BY example
