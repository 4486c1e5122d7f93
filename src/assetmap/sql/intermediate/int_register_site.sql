-- One row: one site, in one edition, of a brownfield land register that reaches into the LSOAs.
-- A register is kept by the authority in which most of its sites lie: editions name it by a
-- code, by a number or not at all. An edition is a whole register, and later ones number sites
-- anew, so what only an earlier one has is not current; a file without a date of its edition is
-- of the platform that brings all together, and later than any edition.
WITH
placed AS (
    SELECT
        r.register_id,
        r.organisation,
        l.lad17nm,
        l.wd17cd IN (SELECT w.wd17cd FROM cfg_ward AS w) AS is_in_study_area
    FROM stg_brownfield_site AS r
    INNER JOIN int_register_site_in_lsoa11 AS i ON r.register_id = i.register_id
    INNER JOIN stg_lookup_lsoa11_ward17 AS l ON i.lsoa11cd = l.lsoa11cd
),

authority AS (
    SELECT
        p.organisation,
        p.lad17nm AS local_authority,
        trim(regexp_replace(lower(p.lad17nm), '[^a-z0-9]+', '-', 'g'), '-') AS authority_slug
    FROM placed AS p
    GROUP BY p.organisation, p.lad17nm
    QUALIFY
        row_number() OVER (PARTITION BY p.organisation ORDER BY count(*) DESC, p.lad17nm ASC) = 1
),

named AS (
    SELECT
        a.authority_slug || '-' || split_part(r.register_id, '/', 2) AS site_id,
        a.local_authority,
        r.*,
        coalesce(p.is_in_study_area, FALSE) AS is_in_study_area,
        coalesce(r.resource_date, '9999') AS edition
    FROM stg_brownfield_site AS r
    INNER JOIN authority AS a ON r.organisation = a.organisation
    LEFT JOIN placed AS p ON r.register_id = p.register_id
),

ranked AS (
    SELECT
        n.*,
        max(n.edition) OVER (PARTITION BY n.local_authority) AS latest_edition,
        row_number() OVER (
            PARTITION BY n.site_id
            ORDER BY n.edition DESC, n.entry_date DESC NULLS LAST, n.register_id ASC
        ) AS edition_rank
    FROM named AS n
)

SELECT
    k.* EXCLUDE (edition, latest_edition),
    k.edition = k.latest_edition AND k.edition_rank = 1 AS is_current
FROM ranked AS k
ORDER BY k.site_id, k.edition_rank
