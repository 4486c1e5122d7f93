"""Prefect flows: wiring only. Retries, a schedule, logs and artifacts around ``assetmap``."""
