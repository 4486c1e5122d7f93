-- order: 610
-- topic: What is coming
-- title: Land for development
-- meaning: Hectares of the site by the register; for the study area, the sum over all sites that state a size.
-- unit: ha
-- decimals: 1
-- geography: site, study_area
-- direction: neutral
-- class: O
-- source: master_plan_sites; brownfield_land
-- period: 2017 to 2020
-- vintage: not by area
-- interval: none: stated by the register
-- caveat: stated_by_register
SELECT
    s.site_id AS area_code,
    s.stated_ha AS value,
    NULL::DOUBLE AS numerator,
    NULL::DOUBLE AS denominator,
    CASE WHEN s.stated_ha IS NULL THEN 'not_stated' END AS extra_caveat
FROM int_site AS s
UNION ALL
SELECT
    c.area_code,
    sum(s.stated_ha) AS value,
    NULL::DOUBLE AS numerator,
    NULL::DOUBLE AS denominator,
    CASE
        WHEN count(s.stated_ha) = 0 THEN 'not_stated'
        WHEN count(*) > count(s.stated_ha) THEN 'sites_that_state_none'
    END AS extra_caveat
FROM int_site AS s
CROSS JOIN cfg_study_area AS c
GROUP BY c.area_code
ORDER BY area_code
