-- Parameters of BG/NBD, fitted to the customers of a rank.
-- $1 days since 1970, $2 r, $3 alpha, $4 a, $5 b, $6 log-likelihood, $7 customers
INSERT INTO guanxi.fit AS f (as_of, r, alpha, a, b, log_likelihood, customers)
VALUES (date '1970-01-01' + $1::int4, $2::float8, $3::float8, $4::float8, $5::float8, $6::float8, $7::int4)
ON CONFLICT (as_of) DO UPDATE SET
    r = excluded.r, alpha = excluded.alpha, a = excluded.a, b = excluded.b,
    log_likelihood = excluded.log_likelihood, customers = excluded.customers, fitted_at = now()
