"""``python -m assetmap``: the command line."""

from assetmap.cli import main

main()
