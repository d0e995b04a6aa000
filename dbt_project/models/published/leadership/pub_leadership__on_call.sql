{{ published_cells('on_call') }}
