-- order: 600
-- topic: What is coming
-- title: Homes expected by the register
-- meaning: The most homes that the register expects on the site; low and high are the fewest and the most. Where it states only one number, that number. For the study area, the sum over all sites that state one.
-- unit: homes
-- decimals: 0
-- geography: site, study_area
-- direction: neutral
-- class: O
-- source: master_plan_sites; brownfield_land
-- period: 2017 to 2020
-- vintage: not by area
-- interval: range stated by the register
-- caveat: stated_by_register
WITH
stated AS (
    SELECT
        s.site_id,
        coalesce(s.homes_min_count, s.homes_max_count)::DOUBLE AS fewest,
        coalesce(s.homes_max_count, s.homes_min_count)::DOUBLE AS most
    FROM int_site AS s
)

SELECT
    s.site_id AS area_code,
    s.most AS value,
    NULL::DOUBLE AS numerator,
    NULL::DOUBLE AS denominator,
    s.fewest AS low,
    s.most AS high,
    CASE WHEN s.most IS NULL THEN 'not_stated' END AS extra_caveat
FROM stated AS s
UNION ALL
SELECT
    c.area_code,
    sum(s.most) AS value,
    NULL::DOUBLE AS numerator,
    NULL::DOUBLE AS denominator,
    sum(s.fewest) AS low,
    sum(s.most) AS high,
    CASE
        WHEN count(s.most) = 0 THEN 'not_stated'
        WHEN count(*) > count(s.most) THEN 'sites_that_state_none'
    END AS extra_caveat
FROM stated AS s
CROSS JOIN cfg_study_area AS c
GROUP BY c.area_code
ORDER BY area_code
