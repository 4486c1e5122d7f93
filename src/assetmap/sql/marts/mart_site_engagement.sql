-- One row: one contact with an organisation about a site.
-- The last contact is the one of the latest date; a contact of unknown date is older than any
-- that has one, and of equal dates that counts which stands last in the list.
SELECT
    e.event_id,
    e.site_id,
    e.organisation_id,
    o.organisation_name,
    e.event_date,
    e.event_kind,
    e.level,
    list_position(['none', 'informed', 'consulted', 'active', 'committed'], e.level)::BIGINT - 1
        AS level_rank,
    row_number() OVER (
        PARTITION BY e.site_id, e.organisation_id
        ORDER BY last_day_of(e.event_date) DESC NULLS LAST, e.rowid DESC
    ) = 1 AS is_latest,
    e.note,
    e.document,
    e.section
FROM stg_site_engagement AS e
LEFT JOIN stg_organisation AS o ON e.organisation_id = o.organisation_id
ORDER BY e.site_id, e.organisation_id, e.rowid
