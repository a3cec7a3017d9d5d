"""One file a question; each prints a table and the machine it ran on: ``python -m benches.query``."""
