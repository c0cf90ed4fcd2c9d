-- Others pass again.
SELECT pg_catalog.pg_advisory_unlock(1734440037)
