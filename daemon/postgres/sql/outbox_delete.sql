-- Messages that are still held and are not to be sent.
-- $1 customers, $2 seqs
DELETE FROM guanxi.outbox o
USING unnest($1::text[], $2::int8[]) AS v (customer_id, seq)
WHERE o.customer_id = v.customer_id AND o.seq = v.seq
