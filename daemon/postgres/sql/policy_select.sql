-- The policy in force, and whether there is any customer.
SELECT fingerprint, mixed_fingerprint, since, packed, marking, deriving, EXISTS (SELECT FROM guanxi.customer)
FROM guanxi.policy
WHERE singleton
