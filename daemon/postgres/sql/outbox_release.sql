-- Held messages become messages to be sent.
-- $1 customers, $2 seqs
UPDATE guanxi.outbox o SET released = true
FROM unnest($1::text[], $2::int8[]) AS v (customer_id, seq)
WHERE o.customer_id = v.customer_id AND o.seq = v.seq AND NOT o.released
