"""The steps from one schema to the next. Run on open; a step that was released is never changed."""
