-- title: Statements of a site's capacity agree
-- topic: documents
-- severity: warning
-- owner: nobody
-- found: {count} capacities of sites are stated with figures that cannot all be true, e.g. {example}; all are kept.
-- fine: No two statements of a site's capacity differ.
SELECT
    s.site_name || ': '
    || string_agg(format('{:.10g}', c.value), ' or ' ORDER BY c.value)
    || ' ' || c.metric AS example
FROM mart_site_capacity AS c
INNER JOIN int_site AS s ON c.site_id = s.site_id
WHERE c.is_disputed
GROUP BY s.site_id, s.site_name, c.metric
ORDER BY s.site_id, c.metric
