-- Records in quarantine that are of these ids, as far as that could be read, keep no bytes.
-- $1 ids
UPDATE guanxi.quarantine SET
    key = NULL, headers = NULL, payload = NULL, source = NULL, event_id = NULL, subject = NULL, detail = '',
    state = CASE state WHEN 'held' THEN 'discarded' ELSE state END, resolved_at = coalesce(resolved_at, now())
WHERE subject = ANY ($1::text[])
    OR key = ANY (ARRAY(SELECT convert_to(v.id, 'UTF8') FROM unnest($1::text[]) AS v (id)))
