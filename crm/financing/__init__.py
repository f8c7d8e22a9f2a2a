"""上级补助: funds of the state, the province and the city that a deal or a project applied for, and what was got."""
