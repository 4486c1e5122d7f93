-- order: 600
-- topic: What is coming
-- title: Homes planned
-- meaning: Homes that the register expects on the site; for the study area, the sum over all sites that state a number.
-- unit: homes
-- decimals: 0
-- geography: site, study_area
-- direction: neutral
-- class: O
-- source: master_plan_sites
-- period: 2017 to 2020
-- vintage: not by area
-- interval: range stated by the register
-- caveat: stated_by_register
SELECT
    s.site_id AS area_code,
    s.homes_max_count::DOUBLE AS value,
    NULL::DOUBLE AS numerator,
    NULL::DOUBLE AS denominator,
    coalesce(s.homes_min_count, s.homes_max_count)::DOUBLE AS low,
    s.homes_max_count::DOUBLE AS high,
    CASE WHEN s.homes_max_count IS NULL THEN 'not_stated' END AS extra_caveat
FROM stg_master_plan_site AS s
UNION ALL
SELECT
    c.area_code,
    sum(s.homes_max_count)::DOUBLE AS value,
    NULL::DOUBLE AS numerator,
    NULL::DOUBLE AS denominator,
    sum(
        CASE
            WHEN s.homes_max_count IS NOT NULL THEN coalesce(s.homes_min_count, s.homes_max_count)
        END
    )::DOUBLE AS low,
    sum(s.homes_max_count)::DOUBLE AS high,
    CASE
        WHEN count(s.homes_max_count) = 0 THEN 'not_stated'
        WHEN count(*) > count(s.homes_max_count) THEN 'sites_that_state_none'
    END AS extra_caveat
FROM stg_master_plan_site AS s
CROSS JOIN cfg_study_area AS c
GROUP BY c.area_code
ORDER BY area_code
