-- One row: one micro-asset with a public address. Where the register of GP practices is
-- loaded, its open practices take the place of those in the assembled list.
SELECT
    p.asset_id,
    p.asset_name,
    p.kind,
    p.detail,
    p.postcode,
    p.register,
    p.location_precision,
    p.easting_m,
    p.northing_m
FROM stg_public_place AS p
WHERE p.kind <> 'gp_practice' OR NOT EXISTS (SELECT g.asset_id FROM stg_gp_practice AS g)
UNION ALL
SELECT
    g.asset_id,
    g.asset_name,
    'gp_practice' AS kind,
    NULL AS detail,
    g.postcode,
    'NHS ODS epraccur' AS register,
    'postcode' AS location_precision,
    c.easting_m,
    c.northing_m
FROM stg_gp_practice AS g
LEFT JOIN stg_code_point_open AS c ON g.postcode = c.postcode
WHERE g.status_code = 'A' AND g.prescribing_setting = '4'
ORDER BY asset_id
