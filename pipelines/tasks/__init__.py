"""One folder a task; `shared` holds what several use."""
