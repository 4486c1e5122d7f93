-- title: Wards add up to the study area
-- topic: totals
-- severity: blocking
-- owner: developer of assetmap
-- found: {count} indicators of counts do not add up from the wards to the study area, e.g. {example}.
-- fine: Counts of the wards add up to the study area.
SELECT s.indicator_id AS example
FROM mart_indicator AS s
INNER JOIN mart_indicator AS w ON s.indicator_id = w.indicator_id
WHERE
    s.geography = 'study_area'
    AND w.geography = 'ward'
    AND s.unit = 'count'
    AND s.status = 'published'
GROUP BY s.indicator_id
HAVING abs(min(s.value) - sum(w.value)) > 0.001
ORDER BY s.indicator_id
