-- title: Drawn and stated sizes of sites agree
-- topic: places
-- severity: warning
-- owner: keeper of sites
-- found: {count} drawn sites are more than 10 % larger or smaller than the register says, e.g. {example}; mend the outline or the hectares.
-- fine: Every drawn site is as large as the register says, to 10 %.
SELECT
    s.site_name || ' (drawn ' || round(e.drawn_ha, 1) || ' ha, stated ' || round(s.stated_ha, 1)
    || ' ha)' AS example
FROM int_site AS s
INNER JOIN int_site_extent AS e ON s.site_id = e.site_id
WHERE
    s.extent_method IN ('surveyed', 'digitised')
    AND s.stated_ha > 0
    AND abs(e.drawn_ha - s.stated_ha) > 0.1 * s.stated_ha
ORDER BY s.site_id
