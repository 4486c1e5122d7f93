-- title: Parts of a census count are within their total
-- topic: totals
-- severity: warning
-- owner: publisher of the data
-- found: {count} census counts of a small area are more than the total that they are part of, e.g. {example}; shares there would be above 100 %.
-- fine: In every census table, the parts of a count are within their total, and there are no more households than residents.
WITH
part AS (
    SELECT
        'countries of birth' AS what,
        a.lsoa21cd,
        a.born_uk_count + a.born_eu_count + a.born_africa_count + a.born_middle_east_asia_count
            AS part_count,
        a.birth_country_total_count AS total_count
    FROM stg_census_2021_ts004 AS a
    UNION ALL
    SELECT
        'little or no English' AS what,
        b.lsoa21cd,
        b.cannot_speak_english_well_count + b.cannot_speak_english_count AS part_count,
        b.aged_3_plus_count AS total_count
    FROM stg_census_2021_ts029 AS b
    UNION ALL
    SELECT
        'households without a car' AS what,
        c.lsoa21cd,
        c.household_no_car_count AS part_count,
        c.household_count AS total_count
    FROM stg_census_2021_ts045 AS c
    UNION ALL
    SELECT
        'never worked' AS what,
        d.lsoa21cd,
        d.never_worked_count AS part_count,
        d.nssec_total_count AS total_count
    FROM stg_census_2021_ts062 AS d
    UNION ALL
    SELECT
        'qualifications' AS what,
        e.lsoa21cd,
        e.no_qualifications_count + e.level_4_plus_count AS part_count,
        e.aged_16_plus_count AS total_count
    FROM stg_census_2021_ts067 AS e
    UNION ALL
    SELECT
        'households against residents' AS what,
        f.lsoa21cd,
        f.household_count AS part_count,
        g.resident_count AS total_count
    FROM stg_census_2021_ts045 AS f
    INNER JOIN stg_census_2021_ts001 AS g ON f.lsoa21cd = g.lsoa21cd
)

SELECT p.what || ' of ' || p.lsoa21cd AS example
FROM part AS p
WHERE p.part_count > p.total_count
ORDER BY p.what, p.lsoa21cd
