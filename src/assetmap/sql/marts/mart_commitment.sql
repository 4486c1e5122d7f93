-- One row: one thing that an anchor institution has said it will do.
SELECT
    c.commitment_id,
    c.site_id,
    c.organisation_id,
    o.organisation_name,
    c.commitment,
    c.what,
    c.target,
    c.actual,
    c.unit,
    c.due,
    c.as_of,
    CASE
        WHEN c.target IS NULL THEN 'no target'
        WHEN c.actual IS NULL THEN 'not reported'
        WHEN c.actual >= c.target THEN 'met'
        ELSE 'not met yet'
    END AS state,
    c.document,
    c.section
FROM stg_commitment AS c
LEFT JOIN stg_organisation AS o ON c.organisation_id = o.organisation_id
ORDER BY c.site_id, c.commitment_id
