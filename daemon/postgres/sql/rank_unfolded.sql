-- Whether customers are marked whom a fold could have made by now.
-- $1 watermark
SELECT EXISTS (SELECT FROM guanxi.customer WHERE fold_at <= $1::timestamptz)
