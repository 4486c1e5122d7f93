-- One row: one step of a site that a statement was made about: the first plan, the last statement.
-- Slippage is counted in calendar months. A date is a span (a year is January to December), so
-- slippage is one too: low from the plan's last month to the statement's first, high from the
-- plan's first month to the statement's last; empty where that end is unknown.
-- The first of these that holds is the state:
--   no plan recorded  no entry is a plan;
--   no date recorded  the first plan or the last statement has neither end;
--   only the plan     nothing was stated after the first plan;
--   late              the statement begins after the plan's last month (low above 0);
--   early             the statement ends before the plan's first month (high below 0);
--   as planned        the statement ends no later than the plan's last month;
--   may be late       else: the statement reaches beyond the plan, or an end is unknown.
WITH
paired AS (
    SELECT
        s.site_id,
        s.milestone,
        l.milestone_order,
        f.basis AS first_basis,
        f.earliest AS first_earliest,
        f.latest AS first_latest,
        f.recorded_on AS first_recorded_on,
        l.basis AS last_basis,
        l.earliest AS last_earliest,
        l.latest AS last_latest,
        l.recorded_on AS last_recorded_on,
        s.first_entry_id = s.last_entry_id AS is_one_entry,
        coalesce(first_day_of(f.earliest), last_day_of(f.latest)) IS NULL
        OR coalesce(first_day_of(l.earliest), last_day_of(l.latest)) IS NULL AS is_undated,
        months_between(last_day_of(f.latest), first_day_of(l.earliest)) AS least,
        months_between(first_day_of(f.earliest), last_day_of(l.latest)) AS greatest,
        months_between(last_day_of(f.latest), last_day_of(l.latest)) AS overrun
    FROM int_site_step AS s
    INNER JOIN mart_site_milestone AS l ON s.last_entry_id = l.entry_id
    LEFT JOIN mart_site_milestone AS f ON s.first_entry_id = f.entry_id
)

SELECT
    p.site_id,
    p.milestone,
    p.milestone_order,
    p.first_basis,
    p.first_earliest,
    p.first_latest,
    p.first_recorded_on,
    p.last_basis,
    p.last_earliest,
    p.last_latest,
    p.last_recorded_on,
    CASE WHEN NOT p.is_one_entry THEN p.least END::DOUBLE AS low_months,
    CASE WHEN NOT p.is_one_entry THEN p.greatest END::DOUBLE AS high_months,
    CASE
        WHEN p.first_basis IS NULL THEN 'no plan recorded'
        WHEN p.is_undated THEN 'no date recorded'
        WHEN p.is_one_entry THEN 'only the plan'
        WHEN p.least > 0 THEN 'late'
        WHEN p.greatest < 0 THEN 'early'
        WHEN p.overrun <= 0 THEN 'as planned'
        ELSE 'may be late'
    END AS state
FROM paired AS p
ORDER BY p.site_id, p.milestone_order
