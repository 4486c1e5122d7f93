-- order: 100
-- topic: People
-- title: Residents
-- meaning: People who usually lived here on census day.
-- unit: count
-- decimals: 0
-- geography: study_area, ward, lad
-- direction: neutral
-- class: B
-- source: census_2021_ts001; lookup_lsoa11_lsoa21; lookup_lsoa11_ward17
-- period: 21 March 2021
-- vintage: 2021 counts on LSOAs of 2011; wards of 2017
-- interval: full count
-- caveat: best_fit; census_perturbation; communal_residents
SELECT
    a.area_code,
    sum_all(c.resident_count) AS value,
    sum_all(c.resident_count) AS numerator,
    NULL::DOUBLE AS denominator,
    CASE WHEN bool_or(c.is_modelled) THEN 'vintage_modelled' END AS extra_caveat
FROM int_lsoa11_in_area AS a
LEFT JOIN int_census_2021 AS c ON a.lsoa11cd = c.lsoa11cd
GROUP BY a.area_code
ORDER BY a.area_code
