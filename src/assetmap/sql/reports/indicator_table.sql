-- One row: one indicator for one area, in the order of the pages.
SELECT
    i.title,
    i.area_name,
    i.value,
    i.low,
    i.high,
    i.unit,
    i.status,
    i.caveat
FROM pub_indicator AS i
INNER JOIN pub_indicator_meta AS m ON i.indicator_id = m.indicator_id
ORDER BY
    m.sort_order,
    list_position(['study_area', 'ward', 'lad', 'site'], i.geography),
    i.area_code
