-- order: 132
-- topic: People
-- title: Children under 16
-- meaning: Share of residents at mid-2015 who were aged 0 to 15.
-- unit: percent
-- decimals: 1
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
    percent(sum_all(i.child_mid2015_count), sum_all(i.resident_mid2015_count)) AS value,
    sum_all(i.child_mid2015_count) AS numerator,
    sum_all(i.resident_mid2015_count) AS denominator
FROM int_lsoa11_in_area AS a
LEFT JOIN stg_imd_2019 AS i ON a.lsoa11cd = i.lsoa11cd
GROUP BY a.area_code
ORDER BY a.area_code
