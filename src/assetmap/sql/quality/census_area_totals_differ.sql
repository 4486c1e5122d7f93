-- title: Census totals of the study area agree
-- topic: totals
-- severity: warning
-- owner: data manager
-- found: {count} totals of the study area differ by more than 0.5 % between two census tables, e.g. {example}; one of the files may be cut short or of another edition.
-- fine: Totals of the study area agree within 0.5 % between census tables.
-- The ONS changes each cell a little, on its own, so the changes all but cancel out over an area
-- of tens of small areas: half of one per cent is far more than they leave.
WITH
total AS (
    SELECT
        sum_all(c.resident_count) AS residents,
        sum_all(c.birth_country_total_count) AS residents_by_birth,
        sum_all(c.nssec_total_count) AS adults_by_occupation,
        sum_all(c.aged_16_plus_count) AS adults_by_qualification
    FROM int_lsoa11_in_area AS a
    LEFT JOIN int_census_2021 AS c ON a.lsoa11cd = c.lsoa11cd
    WHERE a.geography = 'study_area'
),

pair AS (
    SELECT
        'residents, TS001 and TS004' AS what,
        t.residents AS first_total,
        t.residents_by_birth AS second_total
    FROM total AS t
    UNION ALL
    SELECT
        'aged 16 and over, TS062 and TS067' AS what,
        t.adults_by_occupation AS first_total,
        t.adults_by_qualification AS second_total
    FROM total AS t
)

SELECT
    p.what || ': ' || round(p.first_total)::BIGINT || ' and ' || round(p.second_total)::BIGINT
        AS example
FROM pair AS p
WHERE abs(p.first_total - p.second_total) > 0.005 * greatest(p.first_total, p.second_total)
ORDER BY p.what
