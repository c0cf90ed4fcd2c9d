-- All events of the rank are on the timelines.
-- $1 days since 1970
UPDATE guanxi.rank SET finished_at = clock_timestamp() WHERE as_of = date '1970-01-01' + $1::int4
