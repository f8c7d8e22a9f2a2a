"""督查核查: what is behind is listed for review with its evidence, explained by its unit, and concluded by others."""
