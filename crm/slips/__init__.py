"""交办单: what stands in a project's way, collected each half month, assigned to a unit, followed until it is settled."""
