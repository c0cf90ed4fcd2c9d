-- Held records that were applied (else discarded).
-- $1 numbers, $2 applied
UPDATE guanxi.quarantine q SET
    state = CASE WHEN v.applied THEN 'applied' ELSE 'discarded' END,
    resolved_at = clock_timestamp()
FROM unnest($1::int8[], $2::bool[]) AS v (quarantine_id, applied)
WHERE q.quarantine_id = v.quarantine_id AND q.state = 'held'
