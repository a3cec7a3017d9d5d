"""What operators ask of workers, brokers and the result backend: one dispatcher, and what it knows of each command."""
