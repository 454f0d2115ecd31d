"""The documentation as a static site: the function reference from the catalogue, the pages of docs/, live workbooks."""
