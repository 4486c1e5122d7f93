-- One row: one area that can have a figure: ward, study area, local authority, or site.
WITH
counted AS (
    SELECT
        l.lad17cd,
        count(*) AS lsoa11_count
    FROM stg_lookup_lsoa11_ward17 AS l
    GROUP BY l.lad17cd
)

SELECT
    s.area_code,
    s.area_name,
    'study_area' AS geography,
    TRUE AS is_complete
FROM cfg_study_area AS s
UNION ALL
SELECT
    w.wd17cd AS area_code,
    min(l.wd17nm) AS area_name,
    'ward' AS geography,
    TRUE AS is_complete
FROM cfg_ward AS w
INNER JOIN stg_lookup_lsoa11_ward17 AS l ON w.wd17cd = l.wd17cd
GROUP BY w.wd17cd
UNION ALL
SELECT
    b.lad17cd AS area_code,
    b.lad17nm AS area_name,
    'lad' AS geography,
    coalesce(c.lsoa11_count, 0) = b.lsoa11_count AS is_complete
FROM cfg_benchmark AS b
LEFT JOIN counted AS c ON b.lad17cd = c.lad17cd
UNION ALL
SELECT
    p.site_id AS area_code,
    p.site_name AS area_name,
    'site' AS geography,
    TRUE AS is_complete
FROM int_site AS p
ORDER BY geography, area_code
