-- Everything of these ids goes, but for what is in parcels and in quarantine.
-- $1 ids
WITH timelines AS (DELETE FROM guanxi.timeline WHERE customer_id = ANY ($1::text[])),
    transitions AS (DELETE FROM guanxi.transition WHERE customer_id = ANY ($1::text[])),
    promises AS (DELETE FROM guanxi.promise WHERE customer_id = ANY ($1::text[])),
    objections AS (DELETE FROM guanxi.objection WHERE customer_id = ANY ($1::text[])),
    profiles AS (DELETE FROM guanxi.profile WHERE customer_id = ANY ($1::text[])),
    reminders AS (DELETE FROM guanxi.reminder WHERE customer_id = ANY ($1::text[])),
    notices AS (DELETE FROM guanxi.notice WHERE customer_id = ANY ($1::text[])),
    messages AS (DELETE FROM guanxi.outbox WHERE customer_id = ANY ($1::text[])),
    revocations AS (DELETE FROM guanxi.revoked WHERE customer_id = ANY ($1::text[])),
    aliases AS (DELETE FROM guanxi.alias WHERE customer_id = ANY ($1::text[])),
    valued AS (DELETE FROM guanxi.value v
        USING guanxi.rank r
        WHERE v.as_of = r.as_of AND v.customer_id = ANY ($1::text[])),
    unranked AS (DELETE FROM guanxi.unranked WHERE customer_id = ANY ($1::text[])),
    departed AS (DELETE FROM guanxi.departed WHERE customer_id = ANY ($1::text[]))
DELETE FROM guanxi.customer WHERE customer_id = ANY ($1::text[])
