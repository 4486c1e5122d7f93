-- One row: one dataset and one area of the study area of which it has an entry: an LSOA of its
-- own vintage, a ward, or a live postcode. Lists of sites and documents are not told by area.
WITH
area AS (
    SELECT a.lsoa11cd
    FROM int_lsoa11_in_area AS a
    WHERE a.geography = 'study_area'
),

-- A split area of 2011 has an entry of 2021 for each part, so parts are counted, not wholes.
area21 AS (
    SELECT DISTINCT l.lsoa21cd
    FROM area AS a
    INNER JOIN stg_lookup_lsoa11_lsoa21 AS l ON a.lsoa11cd = l.lsoa11cd
),

live_postcode AS (
    SELECT p.postcode
    FROM stg_postcode_lsoa AS p
    INNER JOIN area AS a ON p.lsoa11cd = a.lsoa11cd
    WHERE p.terminated_month IS NULL
),

needed AS (
    SELECT
        'LSOA of 2011' AS area_type,
        a.lsoa11cd AS area_or_postcode
    FROM area AS a
    UNION ALL
    SELECT
        'LSOA of 2021' AS area_type,
        b.lsoa21cd AS area_or_postcode
    FROM area21 AS b
    UNION ALL
    SELECT
        'ward of 2017' AS area_type,
        w.wd17cd AS area_or_postcode
    FROM cfg_ward AS w
    UNION ALL
    SELECT
        'live postcode' AS area_type,
        p.postcode AS area_or_postcode
    FROM live_postcode AS p
),

entry AS (
    SELECT
        'census_2021_ts001' AS dataset_id,
        c.lsoa21cd AS area_or_postcode
    FROM stg_census_2021_ts001 AS c
    WHERE c.resident_count IS NOT NULL
    UNION ALL
    SELECT
        'census_2021_ts004' AS dataset_id,
        c.lsoa21cd AS area_or_postcode
    FROM stg_census_2021_ts004 AS c
    WHERE c.birth_country_total_count IS NOT NULL
    UNION ALL
    SELECT
        'census_2021_ts007a' AS dataset_id,
        c.lsoa21cd AS area_or_postcode
    FROM stg_census_2021_ts007a AS c
    WHERE c.age_total_count IS NOT NULL
    UNION ALL
    SELECT
        'census_2021_ts029' AS dataset_id,
        c.lsoa21cd AS area_or_postcode
    FROM stg_census_2021_ts029 AS c
    WHERE c.aged_3_plus_count IS NOT NULL
    UNION ALL
    SELECT
        'census_2021_ts045' AS dataset_id,
        c.lsoa21cd AS area_or_postcode
    FROM stg_census_2021_ts045 AS c
    WHERE c.household_count IS NOT NULL
    UNION ALL
    SELECT
        'census_2021_ts062' AS dataset_id,
        c.lsoa21cd AS area_or_postcode
    FROM stg_census_2021_ts062 AS c
    WHERE c.nssec_total_count IS NOT NULL
    UNION ALL
    SELECT
        'census_2021_ts067' AS dataset_id,
        c.lsoa21cd AS area_or_postcode
    FROM stg_census_2021_ts067 AS c
    WHERE c.aged_16_plus_count IS NOT NULL
    UNION ALL
    SELECT
        'code_point_open' AS dataset_id,
        p.postcode AS area_or_postcode
    FROM stg_code_point_open AS p
    WHERE p.easting_m IS NOT NULL
    UNION ALL
    SELECT
        'gp_practices' AS dataset_id,
        n.area_code AS area_or_postcode
    FROM stg_gp_practice AS g
    INNER JOIN int_asset_in_area AS n ON g.asset_id = n.asset_id
    UNION ALL
    SELECT
        'imd_2019' AS dataset_id,
        i.lsoa11cd AS area_or_postcode
    FROM stg_imd_2019 AS i
    WHERE i.imd_score IS NOT NULL
    UNION ALL
    SELECT
        'lookup_lsoa11_lsoa21' AS dataset_id,
        l.lsoa11cd AS area_or_postcode
    FROM stg_lookup_lsoa11_lsoa21 AS l
    UNION ALL
    SELECT
        'lookup_lsoa11_ward17' AS dataset_id,
        l.wd17cd AS area_or_postcode
    FROM stg_lookup_lsoa11_ward17 AS l
    UNION ALL
    SELECT
        'lsoa_2011' AS dataset_id,
        o.lsoa11cd AS area_or_postcode
    FROM stg_lsoa_2011 AS o
    UNION ALL
    SELECT
        'postcode_lsoa' AS dataset_id,
        p.lsoa11cd AS area_or_postcode
    FROM stg_postcode_lsoa AS p
    WHERE p.terminated_month IS NULL
    UNION ALL
    SELECT
        'public_places' AS dataset_id,
        n.area_code AS area_or_postcode
    FROM stg_public_place AS p
    INNER JOIN int_asset_in_area AS n ON p.asset_id = n.asset_id
    UNION ALL
    SELECT
        'survey_margin' AS dataset_id,
        m.wd17cd AS area_or_postcode
    FROM stg_survey_margin AS m
    WHERE m.people_count IS NOT NULL
),

-- By what each dataset is told: one without any entry of the study area stands here too.
told AS (
    SELECT
        v.dataset_id,
        v.area_type
    FROM
        (
            VALUES
            ('census_2021_ts001', 'LSOA of 2021'),
            ('census_2021_ts004', 'LSOA of 2021'),
            ('census_2021_ts007a', 'LSOA of 2021'),
            ('census_2021_ts029', 'LSOA of 2021'),
            ('census_2021_ts045', 'LSOA of 2021'),
            ('census_2021_ts062', 'LSOA of 2021'),
            ('census_2021_ts067', 'LSOA of 2021'),
            ('code_point_open', 'live postcode'),
            ('gp_practices', 'ward of 2017'),
            ('imd_2019', 'LSOA of 2011'),
            ('lookup_lsoa11_lsoa21', 'LSOA of 2011'),
            ('lookup_lsoa11_ward17', 'ward of 2017'),
            ('lsoa_2011', 'LSOA of 2011'),
            ('postcode_lsoa', 'LSOA of 2011'),
            ('public_places', 'ward of 2017'),
            ('survey_margin', 'ward of 2017')
        ) AS v (dataset_id, area_type)
)

SELECT
    t.dataset_id,
    n.area_type,
    n.area_or_postcode,
    bool_or(e.area_or_postcode IS NOT NULL) AS is_covered
FROM told AS t
INNER JOIN needed AS n ON t.area_type = n.area_type
LEFT JOIN entry AS e
    ON
        t.dataset_id = e.dataset_id
        AND n.area_or_postcode = e.area_or_postcode
GROUP BY t.dataset_id, n.area_type, n.area_or_postcode
ORDER BY t.dataset_id, n.area_or_postcode
