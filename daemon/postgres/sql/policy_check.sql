-- Whether the policy is still the one in force: touches one row, or it is not.
-- $1 fingerprint
SELECT FROM guanxi.policy WHERE singleton AND fingerprint = $1::int8
