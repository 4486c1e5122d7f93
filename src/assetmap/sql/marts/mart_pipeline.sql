-- One row: one site on its way from potential to complete.
-- The stage is the furthest that an entry says was taken (that land came free is no stage); where
-- there is none, that of the permission in the brownfield register; else potential. A permission
-- of any type but full or reserved matters counts as outline, the least that it can be.
-- Homes, jobs and hectares run from the lowest to the highest statement.
-- Document and section are those of the stage's entry, else those of the site in its register.
WITH
taken AS (
    SELECT
        m.site_id,
        m.entry_id,
        'milestone ' || replace(m.milestone, '_', ' ') || ' (' || m.entry_id || ')' AS stage_basis,
        CASE m.milestone
            WHEN 'outline_permission' THEN 2
            WHEN 'full_permission' THEN 3
            WHEN 'construction_start' THEN 4
            WHEN 'completion' THEN 5
        END AS stage_order,
        CASE WHEN m.earliest = m.latest THEN nullif(m.latest, 'unknown') END AS stage_since,
        m.document,
        m.section
    FROM int_site_step AS s
    INNER JOIN mart_site_milestone AS m ON s.last_entry_id = m.entry_id
    WHERE m.basis = 'actual' AND m.milestone <> 'available'
    QUALIFY row_number() OVER (PARTITION BY m.site_id ORDER BY stage_order DESC) = 1
),

permitted AS (
    SELECT
        s.site_id,
        replace(lower(s.permission_status), '-', ' ') AS permission_status,
        replace(lower(s.permission_type), '-', ' ') AS permission_type,
        s.permission_date
    FROM int_site AS s
    WHERE s.permission_status IS NOT NULL OR s.permission_type IS NOT NULL
),

registered AS (
    SELECT
        p.site_id,
        CASE
            WHEN coalesce(p.permission_status, '') <> 'permissioned' THEN 1
            WHEN p.permission_type LIKE 'full%' OR p.permission_type LIKE 'reserved%' THEN 3
            ELSE 2
        END AS stage_order,
        concat_ws(
            ', ',
            'brownfield land register: ' || coalesce(p.permission_status, 'status not stated'),
            p.permission_type
        ) AS stage_basis,
        CASE WHEN p.permission_status = 'permissioned' THEN p.permission_date END AS stage_since
    FROM permitted AS p
),

held AS (
    SELECT
        c.site_id,
        min(c.value) FILTER (WHERE c.metric = 'homes') AS homes_low,
        max(c.value) FILTER (WHERE c.metric = 'homes') AS homes_high,
        min(c.value) FILTER (WHERE c.metric = 'jobs') AS jobs_low,
        max(c.value) FILTER (WHERE c.metric = 'jobs') AS jobs_high,
        min(c.value) FILTER (WHERE c.metric = 'ha') AS hectares_low,
        max(c.value) FILTER (WHERE c.metric = 'ha') AS hectares_high
    FROM mart_site_capacity AS c
    GROUP BY c.site_id
),

planned AS (
    SELECT
        min(c.value) AS homes_low,
        max(c.value) AS homes_high
    FROM stg_claim AS c
    WHERE c.indicator_id = 'homes_master_plan' AND c.status <> 'withdrawn'
),

staged AS (
    SELECT
        s.site_id,
        s.site_name,
        s.origin,
        coalesce(t.stage_order, r.stage_order, 1)::BIGINT AS stage_order,
        CASE WHEN t.entry_id IS NULL THEN r.stage_since ELSE t.stage_since END AS stage_since,
        coalesce(t.stage_basis, r.stage_basis, 'no step and no permission recorded')
            AS stage_basis,
        CASE
            WHEN t.entry_id IS NOT NULL THEN t.document
            WHEN s.register_ref IS NOT NULL THEN f.document
        END AS document,
        CASE
            WHEN t.entry_id IS NOT NULL THEN t.section
            WHEN s.register_ref IS NOT NULL THEN f.section
        END AS section
    FROM int_site AS s
    INNER JOIN int_site_source AS f ON s.site_id = f.site_id
    LEFT JOIN taken AS t ON s.site_id = t.site_id
    LEFT JOIN registered AS r ON s.site_id = r.site_id
)

SELECT
    s.site_id,
    s.site_name,
    s.origin,
    ['potential', 'outline', 'full', 'on_site', 'complete'][s.stage_order] AS stage,
    s.stage_order,
    s.stage_since,
    s.stage_basis,
    h.homes_low,
    h.homes_high,
    h.jobs_low,
    h.jobs_high,
    h.hectares_low,
    h.hectares_high,
    percent(h.homes_low, p.homes_high) AS homes_share_pct_low,
    percent(h.homes_high, p.homes_low) AS homes_share_pct_high,
    s.document,
    s.section
FROM staged AS s
CROSS JOIN planned AS p
LEFT JOIN held AS h ON s.site_id = h.site_id
ORDER BY s.site_id
