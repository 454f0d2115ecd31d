"""Programs and stand-ins for the tests of the Excel host."""
