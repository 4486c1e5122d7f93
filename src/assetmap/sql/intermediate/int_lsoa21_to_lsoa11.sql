-- One row: one LSOA of 2021, one LSOA of 2011, and the share of its people that goes there.
-- Unchanged and split areas go back whole. Merged and changed ones are shared out by the
-- residents of mid-2015, and flagged; where those of one part are not known, no part has a
-- share, for the known parts would get the people of the unknown one.
SELECT
    l.lsoa21cd,
    l.lsoa11cd,
    l.chgind,
    CASE
        WHEN l.chgind IN ('U', 'S') THEN 1.0
        WHEN count(*) OVER same = count(i.resident_mid2015_count) OVER same
            THEN
                i.resident_mid2015_count
                / nullif(sum(i.resident_mid2015_count) OVER same, 0)
    END AS weight,
    l.chgind IN ('M', 'X') AS is_modelled
FROM stg_lookup_lsoa11_lsoa21 AS l
LEFT JOIN stg_imd_2019 AS i ON l.lsoa11cd = i.lsoa11cd
WINDOW same AS (PARTITION BY l.lsoa21cd)
ORDER BY l.lsoa21cd, l.lsoa11cd
