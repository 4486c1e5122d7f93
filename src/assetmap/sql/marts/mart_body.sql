-- One row: one body that meets.
-- Compared are calendar years, from the first to the last with a meeting that is listed; a year
-- between them without one counts. Where claims differ, none of them is taken for what is due.
WITH
due AS (
    SELECT
        c.indicator_id,
        CASE WHEN min(c.value) = max(c.value) THEN min(c.value) END AS due_per_year,
        string_agg(c.claim_id, ';' ORDER BY c.claim_id) AS due_claim
    FROM stg_claim AS c
    WHERE c.status <> 'withdrawn' AND c.unit = 'per_year'
    GROUP BY c.indicator_id
),

held_in_year AS (
    SELECT
        m.body_id,
        left(m.held_on, 4)::INTEGER AS held_year,
        count(*) AS held_count
    FROM stg_meeting AS m
    WHERE m.held_on <> 'unknown'
    GROUP BY m.body_id, held_year
),

held AS (
    SELECT
        y.body_id,
        sum(y.held_count)::BIGINT AS held_count,
        CASE
            WHEN count(*) = max(y.held_year) - min(y.held_year) + 1 THEN min(y.held_count)
            ELSE 0
        END AS fewest_in_year
    FROM held_in_year AS y
    GROUP BY y.body_id
)

SELECT
    b.body_id,
    b.body_name,
    b.purpose,
    d.due_per_year,
    d.due_claim,
    coalesce(h.held_count, 0) AS held_count,
    CASE
        WHEN d.due_claim IS NULL THEN 'no rule'
        WHEN d.due_per_year IS NULL THEN 'rules differ'
        WHEN h.held_count IS NULL THEN 'not reported'
        WHEN h.fewest_in_year >= d.due_per_year THEN 'as due'
        ELSE 'fewer than due'
    END AS state,
    b.document,
    b.section
FROM stg_body AS b
LEFT JOIN due AS d ON b.indicator_id = d.indicator_id
LEFT JOIN held AS h ON b.body_id = h.body_id
ORDER BY b.body_id
