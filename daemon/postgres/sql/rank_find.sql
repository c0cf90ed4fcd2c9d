-- The rank of a day.
-- $1 days since 1970
SELECT r.daily, r.finished_at IS NOT NULL AS done, r.customers, r.changed
FROM guanxi.rank r
WHERE r.as_of = date '1970-01-01' + $1::int4
