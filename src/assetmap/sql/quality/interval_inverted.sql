-- title: Figures lie inside their interval
-- topic: totals
-- severity: blocking
-- owner: developer of assetmap
-- found: {count} figures lie outside their own low and high, e.g. {example}.
-- fine: Every figure lies between its low and its high.
SELECT i.indicator_id || ' of ' || i.area_name AS example
FROM mart_indicator AS i
WHERE i.low > i.high OR i.value < i.low OR i.value > i.high
ORDER BY i.indicator_id, i.area_code
