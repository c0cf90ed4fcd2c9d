-- An erased id may come again; what was issued of it is counted on.
-- $1 id
WITH readmitted AS (
    UPDATE guanxi.erased SET stands = false WHERE digest = guanxi.tombstone($1::text) AND stands
    RETURNING level_messages, stage_messages, pram_messages, tier_messages, merged, unmerged, home
)
INSERT INTO guanxi.departed (
    customer_id, level_messages, stage_messages, pram_messages, tier_messages, merged, unmerged, home
)
SELECT $1::text, level_messages, stage_messages, pram_messages, tier_messages, merged, unmerged, home
FROM readmitted
