import { Type } from 'apache-arrow';

/** @param {string} name */
export const quoted = (name) => `"${name.replaceAll('"', '""')}"`;

/**
 * The table that an address stands for: `data/leadership/brief/brief.parquet?v=1` → `brief`.
 *
 * @param {string} url
 */
export const tableName = (url) => url.replace(/[?#].*$/, '').split('/').at(-1).replace(/\.parquet$/, '');

/** @param {import('apache-arrow').DataType} type */
function duckdbType(type) {
	switch (type.typeId) {
		case Type.Bool:
			return 'BOOLEAN';
		case Type.Int:
			return 'BIGINT';
		case Type.Float:
		case Type.Decimal:
			return 'DOUBLE';
		case Type.Date:
			return 'DATE';
		case Type.Timestamp:
			return 'TIMESTAMP';
		default:
			return 'VARCHAR';
	}
}

/**
 * DuckDB makes no table from an Arrow stream without rows, and a page must still be able to ask it.
 *
 * @param {string} schema
 * @param {string} name
 * @param {import('apache-arrow').Field[]} fields
 */
export function createEmptyTable(schema, name, fields) {
	const columns = fields.map((field) => `${quoted(field.name)} ${duckdbType(field.type)}`);
	return `CREATE TABLE ${quoted(schema)}.${quoted(name)} (${columns.join(', ')})`;
}
