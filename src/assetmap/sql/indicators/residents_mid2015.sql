-- order: 130
-- topic: People
-- title: Residents at mid-2015, without prisoners
-- meaning: The population that the Indices of Deprivation 2019 are built on.
-- unit: count
-- decimals: 0
-- geography: study_area, ward, lad
-- direction: neutral
-- class: B
-- source: imd_2019; lookup_lsoa11_ward17
-- period: mid-2015
-- vintage: LSOAs of 2011; wards of 2017
-- interval: none: official estimate
-- caveat: best_fit; prisoners_left_out
SELECT
    a.area_code,
    sum_all(i.resident_mid2015_count) AS value,
    sum_all(i.resident_mid2015_count) AS numerator,
    NULL::DOUBLE AS denominator
FROM int_lsoa11_in_area AS a
LEFT JOIN stg_imd_2019 AS i ON a.lsoa11cd = i.lsoa11cd
GROUP BY a.area_code
ORDER BY a.area_code
