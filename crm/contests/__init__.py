"""互看互学: key projects and those who drive them compared, each against its own plan."""
