-- Whether this session is from now on the only one that ranks. The number is "rank" in ASCII.
SELECT pg_catalog.pg_try_advisory_lock(1918987883)
