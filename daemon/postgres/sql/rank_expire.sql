-- A rank goes, with its values.
-- $1 days since 1970
WITH gone AS (DELETE FROM guanxi.value WHERE as_of = date '1970-01-01' + $1::int4)
DELETE FROM guanxi.rank WHERE as_of = date '1970-01-01' + $1::int4
