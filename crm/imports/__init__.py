"""导入: a list in, checked before it is believed."""
