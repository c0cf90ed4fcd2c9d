-- Customers that are no more, where the version that was read still stands, with their values; what was issued of them,
-- and what it said, is kept. Touches as many rows as it names, or somebody else wrote meanwhile.
-- $1 ids, $2 versions, $3 levels, $4 stages, $5 PRAM phases and $6 tiers issued, $7 level, $8 stage, $9 phase,
-- $10 cycle * 2 + premature, $11 tier and $12 target as told, $13 homes
WITH gone AS (
    DELETE FROM guanxi.customer c
    USING unnest($1::text[], $2::int8[], $3::int4[], $4::int4[], $5::int4[], $6::int4[], $7::int2[], $8::int2[],
        $9::int2[], $10::int4[], $11::int2[], $12::int2[], $13::int4[])
        AS v (customer_id, version, level_messages, stage_messages, pram_messages, tier_messages, level, stage, phase,
            cycle, tier, target, home)
    WHERE c.customer_id = v.customer_id AND c.version = v.version
    RETURNING v.*
), valued AS (
    DELETE FROM guanxi.value w
    USING gone g, guanxi.rank r
    WHERE w.as_of = r.as_of AND w.customer_id = g.customer_id
)
INSERT INTO guanxi.departed (
    customer_id, level_messages, stage_messages, pram_messages, tier_messages, level, stage, phase, cycle, tier, target,
    home
)
SELECT
    customer_id, level_messages, stage_messages, pram_messages, tier_messages, level, stage, phase, cycle, tier, target,
    home
FROM gone
ON CONFLICT (customer_id) DO UPDATE SET
    level_messages = excluded.level_messages, stage_messages = excluded.stage_messages,
    pram_messages = excluded.pram_messages, tier_messages = excluded.tier_messages,
    level = excluded.level, stage = excluded.stage, phase = excluded.phase, cycle = excluded.cycle,
    tier = excluded.tier, target = excluded.target
