{{ published_cells('health') }}
