-- One row: one category of a survey question that the census knows too, one ward or the study area.
-- Age is of adults in the bands of the survey: 18 to 24 is those of 20 to 24 and two fifths of
-- those of 15 to 19, as if each year of age had as many. Qualifications are of residents aged 16
-- and over, country of birth of residents of all ages. A figure with a missing part is NULL.
WITH
aged AS (
    SELECT
        w.lsoa11cd,
        sum_all(w.weight * t.aged_15_19_count) AS aged_15_19,
        sum_all(w.weight * t.aged_20_24_count) AS aged_20_24,
        sum_all(w.weight * (t.aged_25_29_count + t.aged_30_34_count)) AS aged_25_34,
        sum_all(w.weight * (t.aged_35_39_count + t.aged_40_44_count)) AS aged_35_44,
        sum_all(w.weight * (t.aged_45_49_count + t.aged_50_54_count)) AS aged_45_54,
        sum_all(w.weight * (t.aged_55_59_count + t.aged_60_64_count)) AS aged_55_64,
        sum_all(
            w.weight * (
                t.aged_65_69_count + t.aged_70_74_count + t.aged_75_79_count
                + t.aged_80_84_count + t.aged_85_plus_count
            )
        ) AS aged_65_plus
    FROM int_lsoa21_to_lsoa11 AS w
    LEFT JOIN stg_census_2021_ts007a AS t ON w.lsoa21cd = t.lsoa21cd
    GROUP BY w.lsoa11cd
),

counted AS (
    SELECT
        a.area_code,
        sum_all(g.aged_15_19) AS aged_15_19,
        sum_all(g.aged_20_24) AS aged_20_24,
        sum_all(g.aged_25_34) AS aged_25_34,
        sum_all(g.aged_35_44) AS aged_35_44,
        sum_all(g.aged_45_54) AS aged_45_54,
        sum_all(g.aged_55_64) AS aged_55_64,
        sum_all(g.aged_65_plus) AS aged_65_plus,
        sum_all(c.aged_16_plus_count) AS qualified_total,
        sum_all(c.no_qualifications_count) AS no_qualifications,
        sum_all(c.level_4_plus_count) AS level_4_plus,
        sum_all(c.birth_country_total_count) AS born_total,
        sum_all(c.born_uk_count) AS born_uk,
        sum_all(c.born_eu_count) AS born_eu,
        sum_all(c.born_africa_count) AS born_africa,
        sum_all(c.born_middle_east_asia_count) AS born_middle_east_asia
    FROM int_lsoa11_in_area AS a
    LEFT JOIN int_census_2021 AS c ON a.lsoa11cd = c.lsoa11cd
    LEFT JOIN aged AS g ON a.lsoa11cd = g.lsoa11cd
    WHERE a.geography IN ('ward', 'study_area')
    GROUP BY a.area_code
),

by_age AS (
    SELECT
        n.area_code,
        v.category,
        v.people_count
    FROM counted AS n
    CROSS JOIN
        LATERAL (
            VALUES
            ('18_24', n.aged_20_24 + 2 * n.aged_15_19 / 5),
            ('25_34', n.aged_25_34),
            ('35_44', n.aged_35_44),
            ('45_54', n.aged_45_54),
            ('55_64', n.aged_55_64),
            ('65_plus', n.aged_65_plus)
        ) AS v (category, people_count)
    WHERE EXISTS (SELECT t.lsoa21cd FROM stg_census_2021_ts007a AS t)
),

by_answer AS (
    SELECT
        n.area_code,
        v.dimension,
        v.category,
        v.people_count
    FROM counted AS n
    CROSS JOIN LATERAL (
        VALUES
        ('qualification_level', 'none', n.no_qualifications),
        (
            'qualification_level',
            'levels_1_to_3',
            n.qualified_total - n.no_qualifications - n.level_4_plus
        ),
        ('qualification_level', 'level_4_plus', n.level_4_plus),
        ('country_group', 'uk', n.born_uk),
        ('country_group', 'eu', n.born_eu),
        ('country_group', 'africa', n.born_africa),
        ('country_group', 'middle_east_asia', n.born_middle_east_asia),
        (
            'country_group',
            'other',
            n.born_total - n.born_uk - n.born_eu - n.born_africa - n.born_middle_east_asia
        )
    ) AS v (dimension, category, people_count)
),

-- Figures that a user put in, for dimensions without a loaded table.
put_in AS (
    SELECT DISTINCT
        m.dimension,
        m.category
    FROM stg_survey_margin AS m
    WHERE m.dimension <> 'age_band' OR NOT EXISTS (SELECT b.area_code FROM by_age AS b)
),

ward_in_area AS (
    SELECT
        w.wd17cd,
        w.wd17cd AS area_code
    FROM cfg_ward AS w
    UNION ALL
    SELECT
        w.wd17cd,
        s.area_code
    FROM cfg_ward AS w
    CROSS JOIN cfg_study_area AS s
)

SELECT
    'age_band' AS dimension,
    b.category,
    b.area_code,
    b.people_count
FROM by_age AS b
UNION ALL
SELECT
    b.dimension,
    b.category,
    b.area_code,
    b.people_count
FROM by_answer AS b
UNION ALL
SELECT
    p.dimension,
    p.category,
    a.area_code,
    sum_all(m.people_count) AS people_count
FROM put_in AS p
CROSS JOIN ward_in_area AS a
LEFT JOIN stg_survey_margin AS m
    ON p.dimension = m.dimension AND p.category = m.category AND a.wd17cd = m.wd17cd
GROUP BY p.dimension, p.category, a.area_code
ORDER BY dimension, category, area_code
