-- title: Census tables agree on people aged 16 and over
-- topic: totals
-- severity: note
-- owner: nobody
-- found: {count} LSOAs of 2021 differ by more than 10 between people aged 16 and over by occupation (TS062) and by qualification (TS067), e.g. {example}.
-- fine: Census tables agree on people aged 16 and over within 10 in every LSOA, as the ONS's protection of people allows.
SELECT a.lsoa21cd AS example
FROM stg_census_2021_ts062 AS a
INNER JOIN stg_census_2021_ts067 AS b ON a.lsoa21cd = b.lsoa21cd
WHERE abs(a.nssec_total_count - b.aged_16_plus_count) > 10
ORDER BY a.lsoa21cd
