"""Where the entries of schedules are read. Each reader says what it read, and writes nothing anywhere."""
