-- order: 510
-- topic: What is around the site
-- title: Nearest: {kind}
-- meaning: Straight-line distance from the edge of the site to the nearest of its kind ({kind}).
-- unit: m
-- decimals: 0
-- geography: site
-- each: kind
-- direction: lower_is_better
-- class: O
-- source: public_places; master_plan_sites
-- period: 2022 to 2024
-- vintage: not by area
-- interval: full count
-- caveat: straight_line_distance; registers_of_different_dates
SELECT
    n.site_id AS area_code,
    n.distance_m AS value,
    NULL::DOUBLE AS numerator,
    NULL::DOUBLE AS denominator,
    CASE s.extent_method
        WHEN 'indicative_disc' THEN 'indicative_disc' WHEN 'point' THEN 'point_site'
    END AS extra_caveat
FROM int_site_nearest_asset AS n
INNER JOIN stg_master_plan_site AS s ON n.site_id = s.site_id
WHERE n.kind = $kind AND n.kind_rank = 1
ORDER BY n.site_id
