-- The latest parameters of BG/NBD, by the day they are of.
SELECT r, alpha, a, b FROM guanxi.fit ORDER BY as_of DESC LIMIT 1
