-- One row: one outcome with its context and mechanism.
SELECT
    o.outcome_id,
    o.context,
    o.mechanism,
    o.outcome,
    o.indicator_id,
    o.document,
    o.section
FROM stg_outcome AS o
ORDER BY o.outcome_id
