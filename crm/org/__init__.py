"""Units, people, roles, rights, signing in, settings: who may be in the house and what they may do there."""
