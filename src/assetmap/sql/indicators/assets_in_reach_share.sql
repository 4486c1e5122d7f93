-- order: 420
-- topic: Places
-- title: Places within {catchment_m} m of any site
-- meaning: Share of the places of the study area that lie within {catchment_m} m of the edge of at least one site.
-- unit: percent
-- decimals: 1
-- geography: study_area
-- each: catchment_m
-- direction: higher_is_better
-- class: O
-- source: public_places; gp_practices; lsoa_2011; lookup_lsoa11_ward17; master_plan_sites; brownfield_land
-- period: 2022 to 2025
-- vintage: wards of 2017
-- interval: none: from registers
-- caveat: straight_line_distance; generalised_outline; best_fit; registers_of_different_dates; register_extent; schools_of_all_kinds
WITH
reached AS (
    SELECT DISTINCT n.asset_id
    FROM int_asset_near_site AS n
    WHERE n.distance_m <= $catchment_m
),

counted AS (
    SELECT
        b.area_code,
        count(r.asset_id)::DOUBLE AS reached_count,
        count(n.asset_id)::DOUBLE AS place_count
    FROM int_area AS b
    LEFT JOIN int_asset_in_area AS n ON b.area_code = n.area_code
    LEFT JOIN reached AS r ON n.asset_id = r.asset_id
    WHERE b.geography = 'study_area'
    GROUP BY b.area_code
),

located AS (
    SELECT
        count(s.geom_27700) AS placed_count,
        count(*) > count(s.geom_27700) AS has_unplaced,
        bool_or(s.extent_method = 'indicative_disc') AS has_disc,
        bool_or(s.extent_method = 'point') AS has_point
    FROM int_site AS s
)

SELECT
    c.area_code,
    CASE
        WHEN v.is_whole AND l.placed_count > 0 THEN percent(c.reached_count, c.place_count)
    END AS value,
    CASE WHEN v.is_whole AND l.placed_count > 0 THEN c.reached_count END AS numerator,
    CASE WHEN v.is_whole THEN c.place_count END AS denominator,
    CASE
        WHEN l.placed_count = 0 THEN 'no_site_with_place'
        ELSE
            concat_ws(
                ';',
                CASE WHEN l.has_disc THEN 'indicative_disc' END,
                CASE WHEN l.has_point THEN 'point_site' END,
                CASE WHEN l.has_unplaced THEN 'sites_without_place' END
            )
    END AS extra_caveat
FROM counted AS c
CROSS JOIN located AS l
LEFT JOIN int_area_cover AS v ON c.area_code = v.area_code
ORDER BY c.area_code
