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
-- source: public_places; lsoa_2011; lookup_lsoa11_ward17; master_plan_sites
-- period: 2022 to 2025
-- vintage: wards of 2017
-- interval: full count
-- caveat: straight_line_distance; indicative_disc; generalised_outline; sites_without_place
WITH
reached AS (
    SELECT DISTINCT n.asset_id
    FROM int_asset_near_site AS n
    WHERE n.distance_m <= $catchment_m
)

SELECT
    b.area_code,
    percent(count(r.asset_id), count(n.asset_id)) AS value,
    count(r.asset_id)::DOUBLE AS numerator,
    count(n.asset_id)::DOUBLE AS denominator
FROM int_area AS b
LEFT JOIN int_asset_in_area AS n ON b.area_code = n.area_code
LEFT JOIN reached AS r ON n.asset_id = r.asset_id
WHERE b.geography = 'study_area'
GROUP BY b.area_code
ORDER BY b.area_code
