-- One row: one indicator, and for how many of its areas there is a figure.
SELECT
    i.indicator_id,
    count(i.value) AS measured_count,
    count(*) AS area_count
FROM pub_indicator AS i
GROUP BY i.indicator_id
ORDER BY i.indicator_id
