-- What the login may not do in schema guanxi though the daemon has to. One row, also where there is no schema.
SELECT
    current_user::text AS login,
    EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = 'guanxi_writer') AS has_writer,
    count(*) AS lacking,
    (array_agg(r.what ORDER BY r.what))[1] AS first
FROM (
    SELECT w.privilege || ' on guanxi.' || c.relname AS what
    FROM pg_catalog.pg_class c
    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    CROSS JOIN LATERAL unnest(
        CASE WHEN c.relkind = 'v' OR c.relname IN ('schema_version', 'secret') THEN '{SELECT}'::text[]
            ELSE '{SELECT,INSERT,UPDATE,DELETE}'::text[] END) AS w (privilege)
    WHERE n.nspname = 'guanxi' AND c.relkind IN ('r', 'p', 'v')
        AND NOT (has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, w.privilege))
    UNION ALL
    SELECT 'EXECUTE on guanxi.' || p.proname
    FROM pg_catalog.pg_proc p
    JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
    WHERE n.nspname = 'guanxi' AND p.proname IN ('hmac', 'tombstone', 'veil')
        AND NOT has_function_privilege(p.oid, 'EXECUTE')
) AS r
