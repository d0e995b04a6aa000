import { AsyncDuckDB, VoidLogger, getPlatformFeatures } from '@duckdb/duckdb-wasm';
import duckdbWasm from '@duckdb/duckdb-wasm/dist/duckdb-eh.wasm?url';
import DuckdbWorker from '@duckdb/duckdb-wasm/dist/duckdb-browser-eh.worker.js?worker';
import { tableFromIPC } from 'apache-arrow';
import { fetchParquet } from './parquet.js';
import { arrowTableToJSON } from './rows.js';
import { createEmptyTable, quoted, tableName } from './tables.js';

export { arrowTableToJSON, tableFromIPC };

/** @type {Promise<import('@duckdb/duckdb-wasm').AsyncDuckDBConnection> | undefined} */
let connecting;

/** Settles when the release's tables are loaded; queries wait for it. */
let markLoaded, markFailed;
const loaded = new Promise((resolve, reject) => {
	markLoaded = resolve;
	markFailed = reject;
});
// A failure is shown by each query that waits for it; unhandled, the browser would report it once more.
loaded.catch(() => {});

async function connect() {
	const { wasmExceptions } = await getPlatformFeatures();
	if (!wasmExceptions) {
		throw new Error('This browser is too old for the reports: they need WebAssembly exceptions (all main browsers since 2022).');
	}
	const database = new AsyncDuckDB(new VoidLogger(), new DuckdbWorker());
	await database.instantiate(duckdbWasm);
	await database.open({
		query: {
			castBigIntToDouble: true,
			castDecimalToDouble: true,
			castTimestampToDate: true
		}
	});
	const connection = await database.connect();
	// An unknown function must be an error: by default DuckDB would ask its extension host on the internet.
	await connection.query('SET autoinstall_known_extensions = false');
	await connection.query('SET autoload_known_extensions = false');
	return connection;
}

/** Starts the query engine once, however often it is called. */
export async function initDB() {
	connecting ??= connect();
	try {
		await connecting;
	} catch (error) {
		markFailed(error);
		throw error;
	}
}

/**
 * Loads the release's tables.
 *
 * @param {Record<string, string[]>} files schema → addresses of its Parquet files
 * @param {{ addBasePath?: (path: string) => string }} [options]
 */
export async function setParquetURLs(files, { addBasePath = (path) => path } = {}) {
	try {
		await initDB();
		const connection = await connecting;
		for (const [schema, urls] of Object.entries(files)) {
			await connection.query(`CREATE SCHEMA IF NOT EXISTS ${quoted(schema)}`);
			const streams = await Promise.all(
				urls.map((url) => fetchParquet(addBasePath(`/${url.replace(/^\/?static\//, '')}`)))
			);
			for (const [position, stream] of streams.entries()) {
				await load(connection, schema, tableName(urls[position]), stream);
			}
		}
		markLoaded();
	} catch (error) {
		markFailed(error);
		throw error;
	}
}

async function load(connection, schema, name, stream) {
	const table = tableFromIPC(stream);
	await connection.query(`DROP TABLE IF EXISTS ${quoted(schema)}.${quoted(name)}`);
	if (table.numRows === 0) {
		await connection.query(createEmptyTable(schema, name, table.schema.fields));
	} else {
		await connection.insertArrowFromIPCStream(stream, { schema, name, create: true });
	}
}

/** @param {string[]} schemas */
export async function updateSearchPath(schemas) {
	await initDB();
	await (await connecting).query(`SET search_path = '${schemas.join(',')}'`);
}

/**
 * @param {string} sql
 * @returns {Promise<Record<string, any>[]>}
 */
export async function query(sql) {
	await initDB();
	await loaded;
	return arrowTableToJSON(await (await connecting).query(sql));
}
