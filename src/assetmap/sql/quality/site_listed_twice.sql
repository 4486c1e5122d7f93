-- title: Sites have names of their own
-- topic: places
-- severity: note
-- owner: keeper of sites
-- found: {count} sites share their name with another, e.g. {example}; each counts.
-- fine: No two sites have the same name.
SELECT DISTINCT
    a.site_id,
    a.site_name AS example
FROM int_site AS a
INNER JOIN int_site AS b ON a.site_id <> b.site_id AND lower(a.site_name) = lower(b.site_name)
ORDER BY a.site_id
