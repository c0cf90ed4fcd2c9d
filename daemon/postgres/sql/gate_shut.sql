-- Shuts the gate for this session once those within have left; who comes later stands before it.
SELECT pg_catalog.pg_advisory_lock(1734440037)
