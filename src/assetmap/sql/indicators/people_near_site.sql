-- order: 520
-- topic: Who lives around the site
-- title: People within {catchment_m} m
-- meaning: Estimate of the residents within {catchment_m} m of the edge of the site, with the lowest and highest of two methods.
-- unit: count
-- decimals: 0
-- geography: site
-- each: catchment_m
-- direction: neutral
-- class: B
-- source: census_2021_ts001; lookup_lsoa11_lsoa21; lsoa_2011; code_point_open; postcode_lsoa; master_plan_sites; brownfield_land
-- period: 21 March 2021
-- vintage: 2021 counts on LSOAs of 2011
-- interval: range of two methods
-- caveat: straight_line_distance; spread_over_postcodes; census_perturbation; communal_residents
WITH
summed AS (
    SELECT
        p.site_id,
        sum_all(p.by_postcode_count) AS by_postcode,
        sum_all(p.by_area_count) AS by_area,
        bool_or(p.is_modelled) AS is_modelled
    FROM int_site_catchment_lsoa11 AS p
    WHERE p.catchment_m = $catchment_m
    GROUP BY p.site_id
)

SELECT
    v.site_id AS area_code,
    round(m.by_postcode) AS value,
    round(m.by_postcode) AS numerator,
    NULL::DOUBLE AS denominator,
    round(least(m.by_postcode, m.by_area)) AS low,
    round(greatest(m.by_postcode, m.by_area)) AS high,
    concat_ws(
        ';',
        CASE s.extent_method
            WHEN 'indicative_disc' THEN 'indicative_disc' WHEN 'point' THEN 'point_site'
        END,
        CASE WHEN m.is_modelled THEN 'vintage_modelled' END,
        CASE WHEN v.covered_share < 0.99 THEN 'catchment_beyond_data' END
    ) AS extra_caveat
FROM int_site_catchment_cover AS v
INNER JOIN int_site AS s ON v.site_id = s.site_id
LEFT JOIN summed AS m ON v.site_id = m.site_id AND v.covered_share >= 0.99
WHERE v.catchment_m = $catchment_m
ORDER BY v.site_id
