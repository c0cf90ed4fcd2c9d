-- For a session that reads whole views, once: what session.sql switches off for the sake of keys is of use here,
-- and each question is planned for what it asks.
SELECT set_config('default_transaction_read_only', 'on', false),
    set_config('plan_cache_mode', 'force_custom_plan', false),
    set_config('enable_seqscan', 'on', false),
    set_config('enable_hashjoin', 'on', false),
    set_config('enable_mergejoin', 'on', false),
    set_config('enable_bitmapscan', 'on', false),
    set_config('enable_sort', 'on', false)
