-- One row: one micro-asset with a public address.
SELECT
    a.asset_id,
    a.asset_name,
    a.kind,
    a.detail,
    a.postcode,
    i.lsoa11cd,
    l.wd17cd,
    l.wd17nm,
    s.asset_id IS NOT NULL AS is_in_study_area,
    a.register,
    a.location_precision,
    a.easting_m,
    a.northing_m,
    p.geom_27700
FROM int_asset AS a
LEFT JOIN int_asset_point AS p ON a.asset_id = p.asset_id
LEFT JOIN int_asset_in_lsoa11 AS i ON a.asset_id = i.asset_id
LEFT JOIN stg_lookup_lsoa11_ward17 AS l ON i.lsoa11cd = l.lsoa11cd
LEFT JOIN int_asset_in_area AS s ON a.asset_id = s.asset_id AND s.geography = 'study_area'
ORDER BY a.asset_id
