"""Two published sites beside each other: every figure that moved, and what can have moved it."""
