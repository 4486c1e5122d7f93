"""The gate between what the pipeline knows and what the public may read."""
