"""What `dev.py` is made of. The standard library only: nothing is installed yet when it is imported."""
