"""查重引擎: scans of the whole base, learning from the team's decisions, and a page that shows its health."""
