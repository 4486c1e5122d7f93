"""Lists kept by hand: claims and targets, the site register, the programme register."""
