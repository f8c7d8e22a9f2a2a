"""Work that takes long: a row with its progress, and the queue that carries it out."""
