-- order: 400
-- topic: Places
-- title: {kind}
-- meaning: {kind} with a public address inside the area.
-- unit: count
-- decimals: 0
-- geography: study_area, ward
-- each: kind
-- direction: higher_is_better
-- class: O
-- source: public_places; gp_practices; lsoa_2011; lookup_lsoa11_ward17
-- period: 2022 to 2025
-- vintage: wards of 2017
-- interval: none: from registers
-- caveat: best_fit; generalised_outline; registers_of_different_dates
WITH
counted AS (
    SELECT
        b.area_code,
        count(a.asset_id)::DOUBLE AS place_count
    FROM int_area AS b
    LEFT JOIN int_asset_in_area AS n ON b.area_code = n.area_code
    LEFT JOIN int_asset AS a ON n.asset_id = a.asset_id AND a.kind = $kind
    WHERE b.geography IN ('study_area', 'ward')
    GROUP BY b.area_code
)

SELECT
    c.area_code,
    CASE WHEN v.is_whole THEN c.place_count END AS value,
    CASE WHEN v.is_whole THEN c.place_count END AS numerator,
    NULL::DOUBLE AS denominator,
    CASE WHEN $kind = 'school' THEN 'schools_of_all_kinds' END AS extra_caveat
FROM counted AS c
LEFT JOIN int_area_cover AS v ON c.area_code = v.area_code
ORDER BY c.area_code
