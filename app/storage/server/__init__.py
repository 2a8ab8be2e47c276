"""The PostgreSQL itself: started without an administrator, brought to the newest schema, out of room or away."""
