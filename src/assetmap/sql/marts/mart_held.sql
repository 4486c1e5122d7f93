-- One row: one reason for which rows of one dataset are held. A consent that ended is the doing
-- of one person and is not counted here.
SELECT
    h.dataset AS dataset_id,
    h.reason,
    count(*) AS held_count
FROM run_held AS h
WHERE h.reason <> 'consent_not_live'
GROUP BY h.dataset, h.reason
ORDER BY h.dataset, h.reason
