-- An erased id may come again.
-- $1 id
UPDATE guanxi.erased SET stands = false WHERE digest = guanxi.tombstone($1::text) AND stands
