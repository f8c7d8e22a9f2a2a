"""附件: files on disk under the data folder by their hash, named and counted in one table."""
