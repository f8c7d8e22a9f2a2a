"""查重: records that are one are put together, and taken apart again when that was wrong."""
