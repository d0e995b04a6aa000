{{ published_cells('work') }}
