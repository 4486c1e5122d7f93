-- One row: one step of a site, with the entries of its first plan and of its last statement.
-- The last statement says that the step was taken; else it is the last forecast; else the last
-- plan. Entries of one day follow each other as in the list.
SELECT
    m.site_id,
    m.milestone,
    first(m.entry_id ORDER BY m.recorded_on ASC, m.rowid ASC) FILTER (WHERE m.basis = 'planned')
        AS first_entry_id,
    last(
        m.entry_id
        ORDER BY
            list_position(['planned', 'forecast', 'actual'], m.basis) ASC,
            m.recorded_on ASC,
            m.rowid ASC
    ) AS last_entry_id
FROM stg_site_milestone AS m
GROUP BY m.site_id, m.milestone
ORDER BY m.site_id, m.milestone
