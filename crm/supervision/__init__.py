"""督查问责: what was promised and kept, what is behind and has to be explained, and who is commended."""
