-- title: Lists of sectors agree
-- topic: documents
-- severity: warning
-- owner: nobody
-- found: {count} sectors do not stand in every list of sectors, e.g. {example}.
-- fine: All lists of sectors have the same sectors.
SELECT
    s.common_sector || ' in ' || count(DISTINCT s.scheme) || ' of '
    || (SELECT count(DISTINCT t.scheme) FROM mart_sector AS t) || ' lists' AS example
FROM mart_sector AS s
GROUP BY s.common_sector
HAVING count(DISTINCT s.scheme) < (SELECT count(DISTINCT t.scheme) FROM mart_sector AS t)
ORDER BY s.common_sector
