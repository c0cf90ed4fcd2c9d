-- The number of the row type of customers, which arrays of them name.
SELECT 'guanxi.customer'::regtype::oid
