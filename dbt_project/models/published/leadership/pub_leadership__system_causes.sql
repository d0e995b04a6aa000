{{ published_cells('system_causes') }}
