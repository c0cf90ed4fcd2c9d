-- How the migrations of the program and those applied compare, by version.
-- $1 integer[], $2 text[], $3 text[]: version, name and text of each migration of the program
-- known is its place in these arrays, 0: the program does not know it.
SELECT coalesce(p.version, v.version), coalesce(p.place, 0)::integer,
    coalesce(p.name, v.name), v.version IS NOT NULL AS applied,
    coalesce(v.checksum <> encode(sha256(convert_to(p.text, 'UTF8')), 'hex') OR v.name <> p.name, false),
    coalesce(to_char(v.applied_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), ''),
    coalesce(v.applied_by, ''), coalesce(v.execution_ms, 0)
FROM unnest($1::integer[], $2::text[], $3::text[]) WITH ORDINALITY AS p (version, name, text, place)
    FULL JOIN guanxi.schema_version AS v USING (version)
ORDER BY 1
