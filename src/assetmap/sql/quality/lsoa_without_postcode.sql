-- title: Small areas near sites have postcodes
-- topic: coverage
-- severity: warning
-- owner: data manager
-- found: {count} LSOAs near a site have residents and no live postcode, e.g. {example}; the estimates of people near sites leave them out.
-- fine: Every LSOA near a site has a live postcode to spread its residents over.
SELECT DISTINCT o.lsoa11cd AS example
FROM int_lsoa_overlap_site_catchment AS o
INNER JOIN int_census_2021 AS c ON o.lsoa11cd = c.lsoa11cd AND c.resident_count > 0
LEFT JOIN int_postcode AS p ON o.lsoa11cd = p.lsoa11cd
WHERE p.postcode IS NULL
ORDER BY example
