"""A frozen document in; HTML, PDF, DOCX or XLSX out. No web framework, no database."""
