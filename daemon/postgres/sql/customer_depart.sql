-- Customers that are no more, where the version that was read still stands; what was issued of them is kept. Touches
-- as many rows as it names, or somebody else wrote meanwhile.
-- $1 ids, $2 versions, $3 levels, $4 stages, $5 PRAM phases and $6 tiers issued
WITH gone AS (
    DELETE FROM guanxi.customer c
    USING unnest($1::text[], $2::int8[], $3::int4[], $4::int4[], $5::int4[], $6::int4[])
        AS v (customer_id, version, level_messages, stage_messages, pram_messages, tier_messages)
    WHERE c.customer_id = v.customer_id AND c.version = v.version
    RETURNING v.*
)
INSERT INTO guanxi.departed (customer_id, level_messages, stage_messages, pram_messages, tier_messages)
SELECT customer_id, level_messages, stage_messages, pram_messages, tier_messages FROM gone
ON CONFLICT (customer_id) DO UPDATE SET
    level_messages = excluded.level_messages, stage_messages = excluded.stage_messages,
    pram_messages = excluded.pram_messages, tier_messages = excluded.tier_messages
