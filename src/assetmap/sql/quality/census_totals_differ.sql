-- title: Census tables agree on residents
-- topic: totals
-- severity: note
-- owner: nobody
-- found: {count} LSOAs of 2021 differ by more than 10 between residents (TS001) and residents by country of birth (TS004), e.g. {example}.
-- fine: Census tables agree on residents within 10 in every LSOA, as the ONS's protection of people allows.
SELECT a.lsoa21cd AS example
FROM stg_census_2021_ts001 AS a
INNER JOIN stg_census_2021_ts004 AS b ON a.lsoa21cd = b.lsoa21cd
WHERE abs(a.resident_count - b.birth_country_total_count) > 10
ORDER BY a.lsoa21cd
