"""The operators' pages, rendered on the server: they work without JavaScript, and a little of it makes them quicker."""
