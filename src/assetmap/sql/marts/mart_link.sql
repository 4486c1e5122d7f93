-- One row: one micro-asset within the largest catchment of one site, and why they are linked.
WITH
reach AS (
    SELECT
        n.asset_id,
        n.site_id,
        n.distance_m,
        min(c.catchment_m) AS catchment_m
    FROM int_asset_near_site AS n
    INNER JOIN cfg_catchment AS c ON n.distance_m <= c.catchment_m
    GROUP BY n.asset_id, n.site_id, n.distance_m
),

described AS (
    SELECT
        r.asset_id,
        a.asset_name,
        a.kind,
        k.kind_label,
        r.site_id,
        s.site_name,
        s.extent_method,
        r.distance_m,
        r.catchment_m,
        f.site_id IS NOT NULL AS is_nearest_site,
        row_number() OVER (
            PARTITION BY r.site_id, a.kind ORDER BY r.distance_m, r.asset_id
        ) AS kind_rank
    FROM reach AS r
    INNER JOIN int_asset AS a ON r.asset_id = a.asset_id
    INNER JOIN cfg_kind AS k ON a.kind = k.kind
    INNER JOIN int_site AS s ON r.site_id = s.site_id
    LEFT JOIN int_asset_nearest_site AS f ON r.asset_id = f.asset_id AND r.site_id = f.site_id
)

SELECT
    d.asset_id,
    d.asset_name,
    d.kind,
    d.site_id,
    d.site_name,
    d.distance_m,
    d.catchment_m,
    d.is_nearest_site,
    d.kind_rank,
    CASE
        WHEN d.distance_m = 0 THEN 'Lies inside ' || d.site_name
        ELSE
            'Lies ' || round_even(d.distance_m, 0)::BIGINT || ' m in a straight line from the '
            || CASE WHEN d.extent_method = 'point' THEN 'recorded point' ELSE 'edge' END
            || ' of ' || d.site_name || ', within its ' || d.catchment_m || ' m catchment'
    END
    || CASE WHEN d.kind_rank = 1 THEN '; the nearest ' || d.kind_label || ' to the site' ELSE '' END
    || CASE WHEN d.is_nearest_site THEN '; this is the nearest site to it' ELSE '' END
    || '.' AS reason,
    g.geom_27700
FROM described AS d
INNER JOIN int_link_line AS g ON d.asset_id = g.asset_id AND d.site_id = g.site_id
ORDER BY d.asset_id, d.site_id
