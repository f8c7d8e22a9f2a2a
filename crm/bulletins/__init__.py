"""招商信息通报: a numbered bulletin per period, made from records, issued once and frozen."""
