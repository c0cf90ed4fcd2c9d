-- Customers that are no more, where the version that was read still stands; what was issued of them is kept, null
-- being as many as there were changes. Touches as many rows as it names, or somebody else wrote meanwhile.
-- $1 ids, $2 versions
WITH gone AS (
    DELETE FROM guanxi.customer c
    USING unnest($1::text[], $2::int8[]) AS v (customer_id, version)
    WHERE c.customer_id = v.customer_id AND c.version = v.version
    RETURNING c.customer_id, coalesce(c.level_messages, c.level_changes, 0) AS level_messages,
        coalesce(c.stage_messages, c.stage_changes, 0) AS stage_messages,
        coalesce(c.pram_messages, c.pram_changes, 0) AS pram_messages,
        coalesce(c.tier_messages, c.tier_changes, 0) AS tier_messages
)
INSERT INTO guanxi.departed (customer_id, level_messages, stage_messages, pram_messages, tier_messages)
SELECT customer_id, level_messages, stage_messages, pram_messages, tier_messages FROM gone
ON CONFLICT (customer_id) DO UPDATE SET
    level_messages = excluded.level_messages, stage_messages = excluded.stage_messages,
    pram_messages = excluded.pram_messages, tier_messages = excluded.tier_messages
