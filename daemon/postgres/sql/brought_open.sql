-- Opens the list of customers that imports have marked, as it is now; it outlives its transaction.
DECLARE brought SCROLL CURSOR WITH HOLD FOR
SELECT customer_id
FROM guanxi.customer
WHERE fold_at IS NOT NULL AND brought IS NOT NULL
ORDER BY customer_id
