-- Whether others stand before the gate.
SELECT EXISTS (
    SELECT
    FROM pg_catalog.pg_locks AS l
    JOIN pg_catalog.pg_database AS d ON d.oid = l.database
    WHERE d.datname = current_database() AND l.locktype = 'advisory' AND l.classid = 0 AND l.objid = 1734440037
        AND l.objsubid = 1 AND NOT l.granted)
