-- What ids stand for changes, if it is still what it was.
-- $1 epoch
UPDATE guanxi.identity SET epoch = epoch + 1 WHERE singleton AND epoch = $1::int8
