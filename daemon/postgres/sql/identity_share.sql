-- Keeps what ids stand for as it is until the batch is over; batches do not wait for each other.
LOCK TABLE guanxi.identity IN ROW SHARE MODE
