"""The application whose operations are looked at: persons, their books and pets."""
