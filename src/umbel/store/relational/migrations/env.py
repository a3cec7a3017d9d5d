"""What Alembic runs to migrate: on the connection, and in the transaction, that ``migrate`` hands over."""

from alembic import context

from umbel.store.relational.schema import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
context.run_migrations()
