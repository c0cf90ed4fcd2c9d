-- The oldest rank, if it is older than the latest by more than the time that values are kept, but never the one of the
-- day given.
-- $1 days that values are kept, $2 days since 1970
SELECT r.as_of - date '1970-01-01' AS day
FROM guanxi.rank r
WHERE r.as_of < (SELECT max(l.as_of) FROM guanxi.rank l) - $1::int4 AND r.as_of <> date '1970-01-01' + $2::int4
ORDER BY r.as_of
LIMIT 1
