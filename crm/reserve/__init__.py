"""储备库: projects that units plan, the quotas they are held to, and how a plan becomes a deal."""
