-- Back to the beginning.
MOVE ABSOLUTE 0 IN brought
