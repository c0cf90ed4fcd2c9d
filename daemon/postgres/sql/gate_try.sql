-- Shuts the gate for this session, unless somebody is within.
SELECT pg_catalog.pg_try_advisory_lock(1734440037)
