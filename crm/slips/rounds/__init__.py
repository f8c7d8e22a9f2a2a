"""The half-monthly round: 汇总 (the list is frozen), 交办 (issued), 协调 (a meeting with minutes)."""
