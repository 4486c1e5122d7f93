-- order: 410
-- topic: Places
-- title: {kind} per 1,000 residents
-- meaning: {kind} inside the area for every 1,000 residents on census day.
-- unit: per 1,000 residents
-- decimals: 2
-- geography: study_area, ward
-- each: kind
-- direction: higher_is_better
-- class: O
-- source: public_places; gp_practices; lsoa_2011; lookup_lsoa11_ward17; census_2021_ts001; lookup_lsoa11_lsoa21
-- period: 2022 to 2025; residents 21 March 2021
-- vintage: wards of 2017
-- interval: none: from registers
-- caveat: best_fit; generalised_outline; registers_of_different_dates; census_perturbation
WITH
placed AS (
    SELECT
        n.area_code,
        count(*) AS place_count
    FROM int_asset_in_area AS n
    INNER JOIN int_asset AS a ON n.asset_id = a.asset_id
    WHERE a.kind = $kind
    GROUP BY n.area_code
),

peopled AS (
    SELECT
        b.area_code,
        sum_all(c.resident_count) AS resident_count,
        bool_or(c.is_modelled) AS is_modelled
    FROM int_lsoa11_in_area AS b
    LEFT JOIN int_census_2021 AS c ON b.lsoa11cd = c.lsoa11cd
    WHERE b.geography IN ('study_area', 'ward')
    GROUP BY b.area_code
)

SELECT
    r.area_code,
    CASE
        WHEN v.is_whole
            THEN 1000.0 * coalesce(p.place_count, 0) / nullif(r.resident_count, 0)
    END AS value,
    CASE WHEN v.is_whole THEN coalesce(p.place_count, 0)::DOUBLE END AS numerator,
    r.resident_count AS denominator,
    concat_ws(
        ';',
        CASE WHEN $kind = 'school' THEN 'schools_of_all_kinds' END,
        CASE WHEN r.is_modelled THEN 'vintage_modelled' END
    ) AS extra_caveat
FROM peopled AS r
LEFT JOIN placed AS p ON r.area_code = p.area_code
LEFT JOIN int_area_cover AS v ON r.area_code = v.area_code
ORDER BY r.area_code
