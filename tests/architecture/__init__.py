"""The rules of the house that no linter knows: layers, names, documents, container files."""
