-- What ids stand for, by their number from 1: the end of their chain, whether a tombstone stands, the last event on the
-- timeline of whom they mean, if that is no customer, what was issued of them and what that said, and where from (0:
-- nothing was). UNION, so that it would end even where a chain did not.
-- $1 ids
WITH RECURSIVE chain (n, asked, id) AS (
    SELECT v.n, v.id COLLATE "C", v.id COLLATE "C"
    FROM unnest($1::text[]) WITH ORDINALITY AS v (id, n)
    UNION
    SELECT c.n, c.asked, a.into_id
    FROM chain c
    JOIN guanxi.alias a ON a.customer_id = c.id
)
SELECT
    i.epoch, c.n, c.id, coalesce(e.stands, false),
    CASE WHEN NOT EXISTS (SELECT FROM guanxi.customer k WHERE k.customer_id = c.id)
        THEN (SELECT max(t.occurred_at) FROM guanxi.timeline t WHERE t.customer_id = c.id) END,
    coalesce(d.level_messages, 0), coalesce(d.stage_messages, 0), coalesce(d.pram_messages, 0),
    coalesce(d.tier_messages, 0), coalesce(d.merged, 0), coalesce(d.unmerged, 0), coalesce(e.times, 0),
    coalesce(d.level, 1), coalesce(d.stage, 1), coalesce(d.phase, 0), coalesce(d.cycle, 0), coalesce(d.tier, 0),
    coalesce(d.target, 0), coalesce(d.home, 0)
FROM guanxi.identity i
CROSS JOIN guanxi.secret s
CROSS JOIN chain c
LEFT JOIN guanxi.departed d ON d.customer_id = c.asked
LEFT JOIN guanxi.erased e
    ON e.digest = guanxi.hmac(s.inner_pad, s.outer_pad, convert_to(c.asked, 'UTF8'))
WHERE NOT EXISTS (SELECT FROM guanxi.alias a WHERE a.customer_id = c.id)
