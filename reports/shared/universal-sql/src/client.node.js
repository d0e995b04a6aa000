/**
 * The client for the build, where there is no data: a shell is built once and gets its release's files later, so the build
 * needs no query engine, and no figure can end up in the shell.
 */
import { tableFromIPC } from 'apache-arrow';
import { arrowTableToJSON } from './rows.js';

export { arrowTableToJSON, tableFromIPC };

export async function initDB() {}

export function updateSearchPath() {}

/** @param {Record<string, string[]>} files */
export async function setParquetURLs(files) {
	if (Object.keys(files).length > 0) {
		throw new Error('A shell is built without data; remove static/data from the site.');
	}
}

/** @returns {Record<string, any>[]} */
export function query() {
	return arrowTableToJSON(null);
}
