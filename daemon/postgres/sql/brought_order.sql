-- For the one query that has to sort: many customers are marked, or few of many.
SELECT set_config('enable_sort', 'on', true)
