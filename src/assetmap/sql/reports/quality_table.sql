-- One row: one check, those with findings first, the gravest first.
SELECT
    q.check_id,
    q.severity,
    q.passed,
    q.finding_count,
    q.message
FROM pub_quality AS q
ORDER BY q.passed, list_position(['blocking', 'warning', 'note'], q.severity), q.check_id
