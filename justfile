# Every command is also `python3 dev.py COMMAND`, which needs nothing installed.

_default:
    @just --list --unsorted

# Make .venv with Umbel in place and the tools, and install the npm packages
setup:
    python3 dev.py setup

# Start the demo from the sources, with the UI reloading as files change
dev *args:
    python3 dev.py dev {{ args }}

# Run the tests that take seconds
test *args:
    python3 dev.py quick {{ args }}

# Check everything, as CI does
test-all *args:
    python3 dev.py test {{ args }}

# Run the linters and type checkers
lint:
    python3 dev.py lint

# Let the tools repair what they can
fix:
    python3 dev.py fix

# Write the generated files anew
generate:
    python3 dev.py generate

# Check that the generated files are what their sources make
verify:
    python3 dev.py verify

# Run the benches, or those named
bench *names:
    python3 dev.py bench {{ names }}

# Install Umbel as a user would, with its demo, and start it
demo *args:
    python3 dev.py demo {{ args }}

# Pin the newest releases in constraints.txt
lock:
    python3 dev.py lock
