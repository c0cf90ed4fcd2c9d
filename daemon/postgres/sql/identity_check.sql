-- Whether ids still stand for what they did: touches one row, or they may not.
-- $1 epoch
SELECT FROM guanxi.identity WHERE singleton AND epoch = $1::int8
