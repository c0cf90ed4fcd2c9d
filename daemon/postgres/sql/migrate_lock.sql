-- One migration at a time: held until the transaction ends. The number is "guanxi" in ASCII.
SELECT pg_catalog.pg_advisory_xact_lock(113753843464297)
