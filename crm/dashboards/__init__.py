"""一屏看懂: what is mine, my unit's or the district's in pictures, each part a link to its rows; and a wall. No table."""
