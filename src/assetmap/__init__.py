"""assetmap: connect large development sites with what a neighbourhood already has."""

__version__ = "0.1.0"
