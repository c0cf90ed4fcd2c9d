-- Merges and unmerges of others that name one of these ids do no more.
-- $1 ids
UPDATE guanxi.timeline SET names = NULL, data = guanxi.veil(type, data) WHERE names = ANY ($1::text[])
