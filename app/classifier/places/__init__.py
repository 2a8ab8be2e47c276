"""Places in free text: settlements, streets, houses, landmarks and districts, matched against a region's gazetteer."""
