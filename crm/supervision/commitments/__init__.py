"""承诺台账: who promised what to whom, by when, and whether it was kept; never confirmed by who promised."""
