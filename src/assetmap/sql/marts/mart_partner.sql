-- One row: one organisation in one group of the partnership.
SELECT
    p.named_as,
    p.category,
    s.organisation_id,
    o.organisation_name,
    p.leads,
    w.work_package_title,
    p.document,
    p.section
FROM stg_partner AS p
LEFT JOIN int_organisation_spelling AS s ON p.named_as = s.spelling
LEFT JOIN stg_organisation AS o ON s.organisation_id = o.organisation_id
LEFT JOIN stg_work_package AS w ON p.leads = w.work_package_id
ORDER BY p.category, p.named_as
