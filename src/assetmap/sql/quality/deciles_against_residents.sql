-- title: Deciles of deprivation add up to all residents
-- topic: totals
-- severity: blocking
-- owner: developer of assetmap
-- found: {count} areas have residents by decile of deprivation that do not add up to all residents of mid-2015, e.g. {example}.
-- fine: In every area, residents by decile of deprivation add up to all residents of mid-2015.
SELECT r.area_name AS example
FROM mart_indicator AS r
LEFT JOIN mart_indicator AS d
    ON r.area_code = d.area_code AND starts_with(d.indicator_id, 'residents_in_imd_decile_')
WHERE r.indicator_id = 'residents_mid2015' AND r.status = 'published'
GROUP BY r.area_code, r.area_name
HAVING coalesce(abs(min(r.value) - sum_all(d.value)), 1) > 0.001
ORDER BY r.area_code
