"""Files that people take away: what stands in their columns, and how CSV and XLSX are written."""
