"""When and by whom pages are read: walls, counters and threads that are due, their leases and plans."""
