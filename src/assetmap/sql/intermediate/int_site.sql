-- One row: one macro-asset site, of the site layer or added by a brownfield land register.
-- A register adds what lies in the study area, is still in the register, expects enough homes,
-- and is not in the layer: by id, by one of its references (parted by semicolons), or as a part
-- of such a site, which registers number with a letter more (N717B is a part of N717).
WITH
layer_reference AS (
    SELECT
        s.local_authority,
        trim(unnest(string_split(s.register_ref, ';'))) AS register_ref
    FROM stg_master_plan_site AS s
)

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
    s.geom_27700,
    'site_layer' AS origin,
    r.permission_status,
    r.permission_type,
    r.permission_date
FROM stg_master_plan_site AS s
LEFT JOIN int_register_site AS r
    ON
        trim(split_part(s.register_ref, ';', 1)) = r.register_ref
        AND s.local_authority = r.local_authority
        AND r.edition_rank = 1
UNION ALL
SELECT
    r.site_id,
    coalesce(r.site_address, 'Site ' || r.register_ref) AS site_name,
    NULL AS aliases,
    'housing' AS kind,
    r.local_authority,
    r.register_ref,
    r.extent_method,
    r.stated_ha,
    r.homes_min_count,
    r.homes_max_count,
    'Brownfield land register, ' || r.local_authority
    || coalesce(', ' || coalesce(r.resource_date, r.entry_date), '') AS location_source,
    NULL AS note,
    r.easting_m,
    r.northing_m,
    r.geom_27700,
    'brownfield_register' AS origin,
    r.permission_status,
    r.permission_type,
    r.permission_date
FROM int_register_site AS r
CROSS JOIN cfg_register AS c
WHERE
    r.is_current
    AND r.is_in_study_area
    AND r.end_date IS NULL
    AND coalesce(r.homes_max_count, r.homes_min_count) >= c.brownfield_min_homes
    AND NOT EXISTS (
        SELECT s.site_id
        FROM stg_master_plan_site AS s
        WHERE s.site_id = r.site_id
    )
    AND NOT EXISTS (
        SELECT l.register_ref
        FROM layer_reference AS l
        WHERE
            l.local_authority = r.local_authority
            AND l.register_ref IN (
                r.register_ref, regexp_replace(r.register_ref, '[A-Za-z]$', '')
            )
    )
ORDER BY site_id
