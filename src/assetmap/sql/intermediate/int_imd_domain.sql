-- One row: one LSOA of 2011 and one domain or supplementary index of deprivation, with the
-- people that it is about, by whom a mean of its scores is weighted.
SELECT
    lsoa11cd,
    'income' AS domain,
    income_score AS score,
    income_decile AS decile,
    resident_mid2015_count AS weight_count
FROM stg_imd_2019
UNION ALL
SELECT
    lsoa11cd,
    'employment' AS domain,
    employment_score AS score,
    employment_decile AS decile,
    working_age_mid2015_count AS weight_count
FROM stg_imd_2019
UNION ALL
SELECT
    lsoa11cd,
    'education' AS domain,
    education_score AS score,
    education_decile AS decile,
    resident_mid2015_count AS weight_count
FROM stg_imd_2019
UNION ALL
SELECT
    lsoa11cd,
    'health' AS domain,
    health_score AS score,
    health_decile AS decile,
    resident_mid2015_count AS weight_count
FROM stg_imd_2019
UNION ALL
SELECT
    lsoa11cd,
    'crime' AS domain,
    crime_score AS score,
    crime_decile AS decile,
    resident_mid2015_count AS weight_count
FROM stg_imd_2019
UNION ALL
SELECT
    lsoa11cd,
    'barriers' AS domain,
    barriers_score AS score,
    barriers_decile AS decile,
    resident_mid2015_count AS weight_count
FROM stg_imd_2019
UNION ALL
SELECT
    lsoa11cd,
    'living_environment' AS domain,
    living_environment_score AS score,
    living_environment_decile AS decile,
    resident_mid2015_count AS weight_count
FROM stg_imd_2019
UNION ALL
SELECT
    lsoa11cd,
    'idaci' AS domain,
    idaci_score AS score,
    idaci_decile AS decile,
    child_mid2015_count AS weight_count
FROM stg_imd_2019
UNION ALL
SELECT
    lsoa11cd,
    'idaopi' AS domain,
    idaopi_score AS score,
    idaopi_decile AS decile,
    aged_60_plus_mid2015_count AS weight_count
FROM stg_imd_2019
ORDER BY lsoa11cd, domain
