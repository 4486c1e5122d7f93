-- One row: one micro-asset and one area that holds it: LSOA by outline, the others by the
-- best fit of that LSOA.
SELECT
    a.asset_id,
    a.lsoa11cd AS area_code,
    'lsoa11' AS geography
FROM int_asset_in_lsoa11 AS a
UNION ALL
SELECT
    a.asset_id,
    b.area_code,
    b.geography
FROM int_asset_in_lsoa11 AS a
INNER JOIN int_lsoa11_in_area AS b ON a.lsoa11cd = b.lsoa11cd
ORDER BY asset_id, geography, area_code
