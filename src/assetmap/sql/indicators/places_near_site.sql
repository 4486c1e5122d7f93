-- order: 500
-- topic: What is around the site
-- title: Places within {catchment_m} m
-- meaning: Schools, GP practices, libraries and hospitals within {catchment_m} m of the edge of the site.
-- unit: count
-- decimals: 0
-- geography: site
-- each: catchment_m
-- direction: higher_is_better
-- class: O
-- source: public_places; gp_practices; master_plan_sites; brownfield_land; lsoa_2011
-- period: 2022 to 2025
-- vintage: not by area
-- interval: none: from registers
-- caveat: straight_line_distance; registers_of_different_dates; register_extent; schools_of_all_kinds
SELECT
    v.site_id AS area_code,
    CASE WHEN v.covered_share >= 0.99 THEN count(n.asset_id)::DOUBLE END AS value,
    CASE WHEN v.covered_share >= 0.99 THEN count(n.asset_id)::DOUBLE END AS numerator,
    NULL::DOUBLE AS denominator,
    concat_ws(
        ';',
        CASE s.extent_method
            WHEN 'indicative_disc' THEN 'indicative_disc' WHEN 'point' THEN 'point_site'
        END,
        CASE WHEN v.covered_share < 0.99 THEN 'catchment_beyond_data' END
    ) AS extra_caveat
FROM int_site_catchment_cover AS v
INNER JOIN int_site AS s ON v.site_id = s.site_id
LEFT JOIN int_asset_near_site AS n ON v.site_id = n.site_id AND n.distance_m <= $catchment_m
WHERE v.catchment_m = $catchment_m
GROUP BY v.site_id, v.covered_share, s.extent_method
ORDER BY v.site_id
