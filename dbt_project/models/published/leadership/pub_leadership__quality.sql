{{ published_cells('quality') }}
