-- One row: one macro-asset site, on the map or not.
SELECT
    s.site_id,
    s.site_name,
    s.aliases,
    s.kind,
    s.local_authority,
    s.register_ref,
    s.extent_method,
    s.stated_ha,
    s.homes_min_count,
    s.homes_max_count,
    s.location_source,
    s.note,
    s.easting_m,
    s.northing_m,
    s.geom_27700
FROM stg_master_plan_site AS s
ORDER BY s.site_id
