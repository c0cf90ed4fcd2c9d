-- Waits until no batch is being written and keeps new ones waiting, as what ids stand for changes.
LOCK TABLE guanxi.identity IN EXCLUSIVE MODE
