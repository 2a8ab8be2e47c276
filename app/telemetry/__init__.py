"""How the service tells of itself: structured logs, and every Prometheus metric declared once."""
