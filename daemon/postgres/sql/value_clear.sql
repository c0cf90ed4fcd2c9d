-- The values of a day go, for those of a new rank of it.
-- $1 days since 1970
DELETE FROM guanxi.value WHERE as_of = date '1970-01-01' + $1::int4
