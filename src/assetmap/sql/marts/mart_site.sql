-- One row: one macro-asset site, on the map or not. Homes run from the lowest to the highest
-- statement, of the site layer, a register or a document.
SELECT
    s.site_id,
    s.site_name,
    a.aliases,
    s.kind,
    s.local_authority,
    s.register_ref,
    s.extent_method,
    s.stated_ha,
    p.homes_low::BIGINT AS homes_min_count,
    p.homes_high::BIGINT AS homes_max_count,
    s.location_source,
    s.note,
    s.easting_m,
    s.northing_m,
    s.geom_27700,
    s.origin,
    s.permission_status,
    s.permission_type,
    s.permission_date
FROM int_site AS s
LEFT JOIN int_site_alias AS a ON s.site_id = a.site_id
INNER JOIN mart_pipeline AS p ON s.site_id = p.site_id
ORDER BY s.site_id
