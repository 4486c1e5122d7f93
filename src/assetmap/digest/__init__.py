"""What changed between two runs, what falls due, and what has gone stale: the weekly digest."""
