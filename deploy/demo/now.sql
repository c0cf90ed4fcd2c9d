-- The clock that v_timeline.recorded_at is read from.
\pset tuples_only on
\pset format unaligned
SELECT now();
