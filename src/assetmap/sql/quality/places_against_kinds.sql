-- title: Places by kind add up to all places
-- topic: totals
-- severity: blocking
-- owner: developer of assetmap
-- found: {count} areas have places by kind that do not add up to all places inside them, e.g. {example}; a kind is not counted.
-- fine: In every area, places by kind add up to all places inside it.
WITH
counted AS (
    SELECT
        i.area_code,
        i.area_name,
        sum_all(i.value) AS place_count
    FROM mart_indicator AS i
    WHERE starts_with(i.indicator_id, 'places_') AND i.unit = 'count' AND i.geography <> 'site'
    GROUP BY i.area_code, i.area_name
)

SELECT c.area_name AS example
FROM counted AS c
LEFT JOIN int_asset_in_area AS a ON c.area_code = a.area_code
WHERE c.place_count IS NOT NULL
GROUP BY c.area_code, c.area_name, c.place_count
HAVING count(a.asset_id) <> c.place_count
ORDER BY c.area_code
