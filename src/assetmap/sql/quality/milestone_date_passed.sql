-- title: Steps that were due are entered
-- topic: freshness
-- severity: warning
-- owner: keeper of sites
-- found: {count} steps of sites were due before the last entry of milestones.csv and are not entered as taken, e.g. {example}; add what became of them.
-- fine: No step of a site was due before the last entry of milestones.csv and is not entered as taken.
SELECT s.site_name || ': ' || p.milestone || ' by ' || p.last_latest AS example
FROM mart_site_slippage AS p
INNER JOIN int_site AS s ON p.site_id = s.site_id
WHERE
    p.last_basis <> 'actual'
    AND last_day_of(p.last_latest)
    < (SELECT max(last_day_of(m.recorded_on)) FROM mart_site_milestone AS m)
ORDER BY p.site_id, p.milestone_order
