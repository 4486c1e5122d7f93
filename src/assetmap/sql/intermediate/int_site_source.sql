-- One row: one site, with what its homes and hectares in the list of sites are taken from.
-- That is a register among the documents, where its date stands in the site's source, its
-- publisher bears the authority's name and it has a section for the site; else the source stands
-- in its own words.
WITH
dated AS (
    SELECT
        s.site_id,
        s.local_authority,
        s.register_ref,
        s.location_source,
        nullif(regexp_extract(s.location_source, '\d{4}-\d{2}-\d{2}'), '') AS source_date
    FROM int_site AS s
),

listed AS (
    SELECT
        s.site_id,
        min(d.document) AS document
    FROM dated AS s
    INNER JOIN stg_document AS d
        ON s.source_date = d.published AND contains(d.publisher, s.local_authority)
    INNER JOIN stg_section AS p
        ON d.document = p.document AND trim(split_part(s.register_ref, ';', 1)) = p.section
    WHERE d.document_kind = 'register'
    GROUP BY s.site_id
)

SELECT
    s.site_id,
    coalesce(l.document, s.location_source, 'site layer') AS document,
    s.register_ref AS section,
    coalesce(s.source_date, 'unknown') AS as_of
FROM dated AS s
LEFT JOIN listed AS l ON s.site_id = l.site_id
ORDER BY s.site_id
