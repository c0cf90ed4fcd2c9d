-- Texts about customers as they now stand; of a customer that is given several times the last counts.
-- $1 customers, $2 names, $3 owners, $4 managers, $5 channels
INSERT INTO guanxi.profile AS p (customer_id, name, owner, manager, channel)
SELECT DISTINCT ON (v.customer_id) v.customer_id, v.name, v.owner, v.manager, v.channel
FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[])
    WITH ORDINALITY AS v (customer_id, name, owner, manager, channel, i)
ORDER BY v.customer_id, v.i DESC
ON CONFLICT (customer_id) DO UPDATE SET
    name = excluded.name,
    owner = excluded.owner,
    manager = excluded.manager,
    channel = excluded.channel
