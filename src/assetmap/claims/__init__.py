"""What documents claim, how claims fit together, and how they compare with targets and data."""
