"""Pure ground: values in, answers out. No database, no request, no clock but the one in `clock`."""
