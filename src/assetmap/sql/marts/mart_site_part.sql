-- One row: one part of a site that has a name of its own.
SELECT
    p.part_id,
    p.site_id,
    p.part_name,
    p.part_kind,
    p.note,
    p.document,
    p.section
FROM stg_site_part AS p
ORDER BY p.site_id, p.part_id
