-- One row: one thing that a site needs from its neighbourhood.
SELECT
    n.site_id,
    n.theme,
    n.need,
    n.document,
    n.section
FROM stg_site_need AS n
ORDER BY n.site_id, n.theme, n.need
