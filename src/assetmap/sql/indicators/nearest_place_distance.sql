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
-- source: public_places; gp_practices; master_plan_sites; brownfield_land
-- period: 2022 to 2025
-- vintage: not by area
-- interval: none: from registers
-- caveat: straight_line_distance; registers_of_different_dates; register_extent
SELECT
    s.site_id AS area_code,
    n.distance_m AS value,
    NULL::DOUBLE AS numerator,
    NULL::DOUBLE AS denominator,
    concat_ws(
        ';',
        CASE WHEN $kind = 'school' THEN 'schools_of_all_kinds' END,
        CASE
            WHEN s.geom_27700 IS NULL THEN 'site_without_place'
            WHEN n.site_id IS NULL THEN 'no_place_of_kind'
            WHEN s.extent_method = 'indicative_disc' THEN 'indicative_disc'
            WHEN s.extent_method = 'point' THEN 'point_site'
        END
    ) AS extra_caveat
FROM int_site AS s
LEFT JOIN int_site_nearest_asset AS n
    ON s.site_id = n.site_id AND n.kind = $kind AND n.kind_rank = 1
ORDER BY s.site_id
