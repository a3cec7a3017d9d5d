"""What `dev.py` is made of, on the standard library alone since nothing is installed yet; and the generators."""
