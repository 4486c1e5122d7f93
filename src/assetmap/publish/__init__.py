"""The published static site: gated tables in, HTML, maps and downloads out.

Belongs here: everything that turns ``pub_*`` tables into files. Does not: any figure that
is not in those tables. It is the only layer in EPSG:4326.
"""
