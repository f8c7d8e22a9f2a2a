"""What every page needs and no feature owns: forms, errors, lists, downloads."""
