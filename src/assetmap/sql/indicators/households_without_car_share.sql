-- order: 220
-- topic: Skills and work
-- title: Households without a car
-- meaning: Share of households that have no car or van.
-- unit: percent
-- decimals: 1
-- geography: study_area, ward, lad
-- direction: neutral
-- class: B
-- source: census_2021_ts045; lookup_lsoa11_lsoa21; lookup_lsoa11_ward17
-- period: 21 March 2021
-- vintage: 2021 counts on LSOAs of 2011; wards of 2017
-- interval: full count
-- caveat: best_fit; census_perturbation
WITH
counted AS (
    SELECT
        a.area_code,
        sum_all(c.household_no_car_count) AS numerator,
        sum_all(c.household_count) AS denominator,
        bool_or(c.is_modelled) AS is_modelled
    FROM int_lsoa11_in_area AS a
    LEFT JOIN int_census_2021 AS c ON a.lsoa11cd = c.lsoa11cd
    GROUP BY a.area_code
)

SELECT
    n.area_code,
    percent(n.numerator, n.denominator) AS value,
    n.numerator,
    n.denominator,
    CASE WHEN n.is_modelled THEN 'vintage_modelled' END AS extra_caveat
FROM counted AS n
ORDER BY n.area_code
