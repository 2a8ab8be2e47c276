"""People who are taken out of what is stored: by term, on request, and how they are recognised afterwards."""
