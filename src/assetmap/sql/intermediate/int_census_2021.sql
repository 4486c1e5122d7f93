-- One row: one LSOA of 2011, with the census counts of 2021 that belong to it.
-- A count with a missing part is NULL, not too small.
SELECT
    w.lsoa11cd,
    bool_or(w.is_modelled) AS is_modelled,
    sum_all(w.weight * ts001.resident_count) AS resident_count,
    sum_all(w.weight * ts004.birth_country_total_count) AS birth_country_total_count,
    sum_all(w.weight * ts004.born_uk_count) AS born_uk_count,
    sum_all(w.weight * ts004.born_eu_count) AS born_eu_count,
    sum_all(w.weight * ts004.born_africa_count) AS born_africa_count,
    sum_all(w.weight * ts004.born_middle_east_asia_count) AS born_middle_east_asia_count,
    sum_all(w.weight * ts029.aged_3_plus_count) AS aged_3_plus_count,
    sum_all(w.weight * ts029.cannot_speak_english_well_count) AS cannot_speak_english_well_count,
    sum_all(w.weight * ts029.cannot_speak_english_count) AS cannot_speak_english_count,
    sum_all(w.weight * ts045.household_count) AS household_count,
    sum_all(w.weight * ts045.household_no_car_count) AS household_no_car_count,
    sum_all(w.weight * ts062.nssec_total_count) AS nssec_total_count,
    sum_all(w.weight * ts062.never_worked_count) AS never_worked_count,
    sum_all(w.weight * ts067.aged_16_plus_count) AS aged_16_plus_count,
    sum_all(w.weight * ts067.no_qualifications_count) AS no_qualifications_count,
    sum_all(w.weight * ts067.level_4_plus_count) AS level_4_plus_count
FROM int_lsoa21_to_lsoa11 AS w
LEFT JOIN stg_census_2021_ts001 AS ts001 ON w.lsoa21cd = ts001.lsoa21cd
LEFT JOIN stg_census_2021_ts004 AS ts004 ON w.lsoa21cd = ts004.lsoa21cd
LEFT JOIN stg_census_2021_ts029 AS ts029 ON w.lsoa21cd = ts029.lsoa21cd
LEFT JOIN stg_census_2021_ts045 AS ts045 ON w.lsoa21cd = ts045.lsoa21cd
LEFT JOIN stg_census_2021_ts062 AS ts062 ON w.lsoa21cd = ts062.lsoa21cd
LEFT JOIN stg_census_2021_ts067 AS ts067 ON w.lsoa21cd = ts067.lsoa21cd
GROUP BY w.lsoa11cd
ORDER BY w.lsoa11cd
