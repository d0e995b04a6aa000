"""Reports: from pages and a release to a site that a browser can open."""
