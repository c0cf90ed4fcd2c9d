-- How often what ids stand for changed.
SELECT epoch FROM guanxi.identity WHERE singleton
