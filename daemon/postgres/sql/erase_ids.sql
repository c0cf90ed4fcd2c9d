-- Tombstones of ids, with what was issued of them; comes before that is deleted.
-- $1 ids, $2 home of those that nothing was issued of
INSERT INTO guanxi.erased AS e (
    digest, level_messages, stage_messages, pram_messages, tier_messages, merged, unmerged, home
)
SELECT
    guanxi.tombstone(v.id), coalesce(d.level_messages, 0), coalesce(d.stage_messages, 0),
    coalesce(d.pram_messages, 0), coalesce(d.tier_messages, 0), coalesce(d.merged, 0), coalesce(d.unmerged, 0),
    coalesce(d.home, $2::int4)
FROM unnest($1::text[]) AS v (id)
LEFT JOIN guanxi.departed d ON d.customer_id = v.id
ON CONFLICT (digest) DO UPDATE SET
    times = e.times + 1, stands = true, level_messages = excluded.level_messages,
    stage_messages = excluded.stage_messages, pram_messages = excluded.pram_messages,
    tier_messages = excluded.tier_messages, merged = excluded.merged, unmerged = excluded.unmerged,
    home = excluded.home
