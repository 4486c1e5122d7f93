-- One row: one story with live consent; the loader keeps the others out.
SELECT
    s.story_id,
    s.story_title,
    s.story,
    s.theme,
    s.site_id,
    s.consent_until
FROM stg_story AS s
WHERE s.consent = 'given'
ORDER BY s.story_id
