-- order: 310
-- topic: Deprivation
-- title: Residents in decile {decile} of deprivation
-- meaning: Residents at mid-2015 of neighbourhoods in tenth {decile} of England by deprivation; 1 is the most deprived.
-- unit: count
-- decimals: 0
-- geography: study_area, ward, lad
-- each: decile
-- direction: neutral
-- class: B
-- source: imd_2019; lookup_lsoa11_ward17
-- period: 2019 (most data 2015/16)
-- vintage: LSOAs of 2011; wards of 2017
-- interval: none: official estimate
-- caveat: best_fit; prisoners_left_out; relative_measure
WITH
counted AS (
    SELECT
        a.area_code,
        sum_all(
            CASE
                WHEN i.imd_decile IS NULL THEN NULL
                WHEN i.imd_decile = $decile THEN i.resident_mid2015_count
                ELSE 0
            END
        ) AS numerator,
        sum_all(i.resident_mid2015_count) AS denominator
    FROM int_lsoa11_in_area AS a
    LEFT JOIN stg_imd_2019 AS i ON a.lsoa11cd = i.lsoa11cd
    GROUP BY a.area_code
)

SELECT
    n.area_code,
    n.numerator AS value,
    n.numerator,
    n.denominator
FROM counted AS n
ORDER BY n.area_code
