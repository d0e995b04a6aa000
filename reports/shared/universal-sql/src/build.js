/**
 * What Evidence's build and source runner import. Sites have no sources of their own (their data is a release), so nothing
 * is written and nothing was prerendered.
 */

/** @returns {Promise<never>} */
export async function buildMultipartParquet() {
	throw new Error('Sites have no sources: a site shows a release, see reports/README.md.');
}

/** @returns {string} */
export const get_all_page_queries = () => '{}';

/** @returns {never} */
export function get_cache_for_hash() {
	throw new Error('A shell holds no query results.');
}
