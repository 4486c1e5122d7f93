-- One row: one statement of when a step of a site is planned, expected or was taken.
SELECT
    m.entry_id,
    m.site_id,
    m.milestone,
    list_position(
        [
            'outline_permission',
            'full_permission',
            'construction_start',
            'available',
            'completion'
        ],
        m.milestone
    )::BIGINT AS milestone_order,
    m.basis,
    m.earliest,
    m.latest,
    m.recorded_on,
    m.document,
    m.section,
    m.note
FROM stg_site_milestone AS m
ORDER BY m.site_id, milestone_order, m.recorded_on, m.rowid
