-- order: 330
-- topic: Deprivation
-- title: Mean score, weighted by the people it is about: {domain}
-- meaning: Mean of the scores of the neighbourhoods in the domain {domain}, each counted by the people at mid-2015 that the domain is about: children aged 0 to 15, people aged 60 and over, those of working age, or all residents; higher is more deprived.
-- unit: score
-- decimals: 3
-- geography: study_area, ward, lad
-- each: domain
-- direction: lower_is_better
-- class: B
-- source: imd_2019; lookup_lsoa11_ward17
-- period: 2019 (most data 2015/16)
-- vintage: LSOAs of 2011; wards of 2017
-- interval: none: official index
-- caveat: best_fit; prisoners_left_out; weighted_score
SELECT
    a.area_code,
    sum_all(d.score * d.weight_count) / nullif(sum_all(d.weight_count), 0) AS value,
    NULL::DOUBLE AS numerator,
    sum_all(d.weight_count) AS denominator
FROM int_lsoa11_in_area AS a
LEFT JOIN int_imd_domain AS d ON a.lsoa11cd = d.lsoa11cd AND d.domain = $domain
GROUP BY a.area_code
ORDER BY a.area_code
