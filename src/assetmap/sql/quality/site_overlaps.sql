-- title: Sites do not overlap
-- topic: places
-- severity: warning
-- owner: keeper of sites
-- found: {count} pairs of sites overlap by 100 square metres or more, e.g. {example}; what lies in both counts for both.
-- fine: No two sites overlap.
SELECT
    a.site_name || ' and ' || b.site_name
    || CASE
        WHEN 'indicative_disc' IN (a.extent_method, b.extent_method) THEN ' (indicative)' ELSE ''
    END AS example
FROM int_site_overlaps_site AS o
INNER JOIN int_site AS a ON o.site_id = a.site_id
INNER JOIN int_site AS b ON o.other_site_id = b.site_id
WHERE o.overlap_m2 >= 100
ORDER BY o.site_id, o.other_site_id
