-- Whether migrations were ever applied to this database.
SELECT EXISTS (SELECT FROM pg_catalog.pg_tables WHERE schemaname = 'guanxi' AND tablename = 'schema_version')
