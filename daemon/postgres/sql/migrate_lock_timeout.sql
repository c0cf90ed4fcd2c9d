-- How long this transaction waits for a lock. $1 text: a duration, such as 5000ms
SELECT pg_catalog.set_config('lock_timeout', $1::text, true)
