{{ published_cells('delivery') }}
