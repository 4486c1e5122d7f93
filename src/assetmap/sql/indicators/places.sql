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
-- source: public_places; lsoa_2011; lookup_lsoa11_ward17
-- period: 2022 to 2025
-- vintage: wards of 2017
-- interval: full count
-- caveat: best_fit; generalised_outline; registers_of_different_dates
SELECT
    b.area_code,
    count(a.asset_id)::DOUBLE AS value,
    count(a.asset_id)::DOUBLE AS numerator,
    NULL::DOUBLE AS denominator
FROM int_area AS b
LEFT JOIN int_asset_in_area AS n ON b.area_code = n.area_code
LEFT JOIN int_asset AS a ON n.asset_id = a.asset_id AND a.kind = $kind
WHERE b.geography IN ('study_area', 'ward')
GROUP BY b.area_code
ORDER BY b.area_code
