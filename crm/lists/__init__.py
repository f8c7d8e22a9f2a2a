"""What every list page offers: saved views, chosen columns, tags, export."""
