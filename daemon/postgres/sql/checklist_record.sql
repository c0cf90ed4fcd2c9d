-- The items of checklists of the policy in force; unchanged ones are not written.
-- $1 bits, $2 lists, $3 items
WITH gone AS (DELETE FROM guanxi.checklist_item WHERE bit <> ALL ($1::int2[]))
INSERT INTO guanxi.checklist_item AS c (bit, list, item)
SELECT * FROM unnest($1::int2[], $2::text[], $3::text[])
ON CONFLICT (bit) DO UPDATE SET list = excluded.list, item = excluded.item
WHERE (c.list, c.item) IS DISTINCT FROM (excluded.list, excluded.item)
