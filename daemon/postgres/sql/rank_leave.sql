-- Others may rank.
SELECT pg_catalog.pg_advisory_unlock(1918987883)
