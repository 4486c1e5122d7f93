-- title: Small areas stayed themselves from 2011 to 2021
-- topic: vintages
-- severity: note
-- owner: nobody
-- found: {count} pairs of LSOAs were merged or changed between 2011 and 2021, e.g. {example}; their people are modelled.
-- fine: Every LSOA of 2021 goes back to one LSOA of 2011.
SELECT l.lsoa11cd || ' to ' || l.lsoa21cd AS example
FROM stg_lookup_lsoa11_lsoa21 AS l
WHERE l.chgind IN ('M', 'X')
ORDER BY l.lsoa11cd, l.lsoa21cd
