"""What a page may load: its own files, whatever a component tries."""

# Scripts inside the page start the application; the query engine is WebAssembly in a
# worker.
CONTENT_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'wasm-unsafe-eval'; "
    "style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
    "font-src 'self' data:; "
    "worker-src 'self' blob:; form-action 'none'; base-uri 'none'"
)
