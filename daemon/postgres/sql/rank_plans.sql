-- For this transaction: reading whole tables is what is wanted here, and sorting all that was read is a sixth of
-- fetching rows by the key, one by one from everywhere.
SELECT set_config('enable_seqscan', 'on', true),
    set_config('enable_sort', 'on', true),
    set_config('enable_hashjoin', 'on', true),
    set_config('enable_incremental_sort', 'off', true),
    set_config('cursor_tuple_fraction', '1', true),
    set_config('work_mem', '64MB', true)
