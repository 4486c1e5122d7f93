-- order: 540
-- topic: Who lives around the site
-- title: In the most deprived tenth, within {catchment_m} m
-- meaning: Estimated share of the residents within {catchment_m} m of the edge of the site whose neighbourhood is among the most deprived tenth in England.
-- unit: percent
-- decimals: 1
-- geography: site
-- each: catchment_m
-- direction: lower_is_better
-- class: B
-- source: census_2021_ts001; lookup_lsoa11_lsoa21; lsoa_2011; code_point_open; postcode_lsoa; master_plan_sites; brownfield_land; imd_2019
-- period: residents 21 March 2021; deprivation 2019
-- vintage: 2021 counts on LSOAs of 2011
-- interval: range of two methods
-- caveat: straight_line_distance; spread_over_postcodes; relative_measure
WITH
summed AS (
    SELECT
        p.site_id,
        sum_all(
            CASE
                WHEN p.imd_decile IS NULL THEN NULL
                WHEN p.imd_decile = 1 THEN p.by_postcode_count
                ELSE 0
            END
        ) AS poor_by_postcode,
        sum_all(p.by_postcode_count) AS all_by_postcode,
        sum_all(
            CASE
                WHEN p.imd_decile IS NULL THEN NULL
                WHEN p.imd_decile = 1 THEN p.by_area_count
                ELSE 0
            END
        ) AS poor_by_area,
        sum_all(p.by_area_count) AS all_by_area,
        bool_or(p.is_modelled) AS is_modelled
    FROM int_site_catchment_lsoa11 AS p
    WHERE p.catchment_m = $catchment_m
    GROUP BY p.site_id
)

SELECT
    v.site_id AS area_code,
    percent(m.poor_by_postcode, m.all_by_postcode) AS value,
    round(m.poor_by_postcode) AS numerator,
    round(m.all_by_postcode) AS denominator,
    least(
        percent(m.poor_by_postcode, m.all_by_postcode), percent(m.poor_by_area, m.all_by_area)
    ) AS low,
    greatest(
        percent(m.poor_by_postcode, m.all_by_postcode), percent(m.poor_by_area, m.all_by_area)
    ) AS high,
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
