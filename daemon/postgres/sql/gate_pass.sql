-- Until this transaction ends nobody shuts the gate; waits while it is shut. The number is "gate" in ASCII.
SELECT pg_catalog.pg_advisory_xact_lock_shared(1734440037)
