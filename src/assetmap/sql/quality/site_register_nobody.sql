-- title: Sites have an owner or developer
-- topic: documents
-- severity: warning
-- owner: keeper of sites
-- found: {count} sites of the site layer have neither owner nor developer recorded, e.g. {example}; add whom a document names to roles.csv.
-- fine: Every site of the site layer has an owner or a developer recorded.
SELECT s.site_name AS example
FROM int_site AS s
LEFT JOIN mart_site_role AS r
    ON
        s.site_id = r.site_id
        AND r.to_date IS NULL
        AND r.role IN ('owner', 'joint_venture', 'developer')
WHERE s.origin = 'site_layer' AND r.site_id IS NULL
ORDER BY s.site_id
