"""流转: a deal goes to another unit, if that unit takes it, and the credit is split."""
