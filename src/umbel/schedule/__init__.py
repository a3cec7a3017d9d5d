"""What should run and when: where beat's entries are read, when each is due, and the clock that judges its runs."""
