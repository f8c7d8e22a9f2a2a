"""官方表式: the sheets that superiors ask for, as data over the lists; new ones are made in the browser."""
