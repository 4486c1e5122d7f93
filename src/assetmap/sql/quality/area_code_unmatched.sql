-- title: Codes of small areas are in their lookup
-- topic: codes
-- severity: warning
-- owner: data manager
-- found: {count} codes of small areas in a dataset are not in the lookup of their vintage, e.g. {example}; nobody there counts anywhere.
-- fine: Every code of a small area is in the lookup of its vintage, where dataset and lookup are of one extent.
-- A full file has most of its codes outside a starter lookup, and that is no fault: only a dataset
-- and a lookup that are both starter extracts, or both full, are compared. Postcodes are told by
-- areas of all of Great Britain, and the lookup is of England and Wales.
WITH
code AS (
    SELECT
        'census_2021_ts001' AS dataset_id,
        'lookup_lsoa11_lsoa21' AS lookup_id,
        a.lsoa21cd AS area_code
    FROM stg_census_2021_ts001 AS a
    UNION ALL
    SELECT
        'census_2021_ts004' AS dataset_id,
        'lookup_lsoa11_lsoa21' AS lookup_id,
        b.lsoa21cd AS area_code
    FROM stg_census_2021_ts004 AS b
    UNION ALL
    SELECT
        'census_2021_ts029' AS dataset_id,
        'lookup_lsoa11_lsoa21' AS lookup_id,
        c.lsoa21cd AS area_code
    FROM stg_census_2021_ts029 AS c
    UNION ALL
    SELECT
        'census_2021_ts045' AS dataset_id,
        'lookup_lsoa11_lsoa21' AS lookup_id,
        d.lsoa21cd AS area_code
    FROM stg_census_2021_ts045 AS d
    UNION ALL
    SELECT
        'census_2021_ts062' AS dataset_id,
        'lookup_lsoa11_lsoa21' AS lookup_id,
        e.lsoa21cd AS area_code
    FROM stg_census_2021_ts062 AS e
    UNION ALL
    SELECT
        'census_2021_ts067' AS dataset_id,
        'lookup_lsoa11_lsoa21' AS lookup_id,
        f.lsoa21cd AS area_code
    FROM stg_census_2021_ts067 AS f
    UNION ALL
    SELECT
        'imd_2019' AS dataset_id,
        'lookup_lsoa11_ward17' AS lookup_id,
        g.lsoa11cd AS area_code
    FROM stg_imd_2019 AS g
    UNION ALL
    SELECT
        'lookup_lsoa11_lsoa21' AS dataset_id,
        'lookup_lsoa11_ward17' AS lookup_id,
        h.lsoa11cd AS area_code
    FROM stg_lookup_lsoa11_lsoa21 AS h
    UNION ALL
    SELECT
        'census_2021_ts007a' AS dataset_id,
        'lookup_lsoa11_lsoa21' AS lookup_id,
        m.lsoa21cd AS area_code
    FROM stg_census_2021_ts007a AS m
    UNION ALL
    SELECT
        'lsoa_2011' AS dataset_id,
        'lookup_lsoa11_ward17' AS lookup_id,
        o.lsoa11cd AS area_code
    FROM stg_lsoa_2011 AS o
),

known AS (
    SELECT
        'lookup_lsoa11_lsoa21' AS lookup_id,
        l.lsoa21cd AS area_code
    FROM stg_lookup_lsoa11_lsoa21 AS l
    UNION ALL
    SELECT
        'lookup_lsoa11_ward17' AS lookup_id,
        w.lsoa11cd AS area_code
    FROM stg_lookup_lsoa11_ward17 AS w
)

SELECT DISTINCT c.area_code || ' of ' || c.dataset_id AS example
FROM code AS c
INNER JOIN run_dataset AS d ON c.dataset_id = d.dataset_id
INNER JOIN run_dataset AS l ON c.lookup_id = l.dataset_id AND d.is_starter = l.is_starter
LEFT JOIN known AS k ON c.lookup_id = k.lookup_id AND c.area_code = k.area_code
WHERE k.area_code IS NULL
ORDER BY example
