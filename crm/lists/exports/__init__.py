"""What leaves the house: an order, whether it may be carried out at once, the file, and the line in the log."""
