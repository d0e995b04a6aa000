import initParquet, { readParquet } from 'parquet-wasm/esm';
import parquetWasm from 'parquet-wasm/esm/parquet_wasm_bg.wasm?url';

/** @type {Promise<unknown> | undefined} */
let ready;

/**
 * Fetches one Parquet file of the release and decodes it.
 *
 * The bytes are checked first: a server that answers a missing file with the start page would otherwise end as an unreadable decoder error.
 *
 * @param {string} url
 * @returns {Promise<Uint8Array>} the table as an Arrow IPC stream
 */
export async function fetchParquet(url) {
	ready ??= initParquet({ module_or_path: parquetWasm });
	const [response] = await Promise.all([fetch(url), ready]);
	const bytes = new Uint8Array(await response.arrayBuffer());
	const magic = String.fromCharCode(...bytes.subarray(0, 4));
	if (!response.ok || magic !== 'PAR1') {
		throw new Error(`${url} is not a Parquet file (status ${response.status}); publish the site again.`);
	}
	return readParquet(bytes).intoIPCStream();
}
