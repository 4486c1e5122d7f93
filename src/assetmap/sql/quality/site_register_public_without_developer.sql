-- title: Public land has a developer
-- topic: documents
-- severity: note
-- owner: nobody
-- found: {count} sites that a public body owns, and that are not built on yet, have no developer recorded, e.g. {example}; whoever gives the land can still ask for more.
-- fine: No site is recorded as owned by a public body, not built on yet and without a developer.
SELECT p.site_name AS example
FROM mart_pipeline AS p
INNER JOIN mart_site_role AS r ON p.site_id = r.site_id
INNER JOIN stg_organisation AS o ON r.organisation_id = o.organisation_id
WHERE r.to_date IS NULL AND p.stage IN ('potential', 'outline', 'full')
GROUP BY p.site_id, p.site_name
HAVING
    bool_or(r.role IN ('owner', 'joint_venture') AND o.sector IN ('public', 'health'))
    AND NOT bool_or(r.role = 'developer')
ORDER BY p.site_id
