-- One row: one part that an organisation plays at a site.
SELECT
    r.site_id,
    r.organisation_id,
    o.organisation_name,
    r.role,
    r.from_date,
    r.to_date,
    r.note,
    r.document,
    r.section
FROM stg_site_role AS r
LEFT JOIN stg_organisation AS o ON r.organisation_id = o.organisation_id
ORDER BY r.site_id, r.organisation_id, r.role
