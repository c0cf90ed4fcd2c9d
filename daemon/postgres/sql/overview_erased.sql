-- Whether a tombstone of an id stands; readers may not ask.
-- $1 id
SELECT EXISTS (SELECT
    FROM guanxi.erased AS e
    WHERE e.stands AND e.digest = guanxi.tombstone($1::text))
