import { Type } from 'apache-arrow';

/**
 * What Evidence's components call a column of this Arrow type.
 *
 * @param {import('apache-arrow').DataType} type
 * @returns {'date' | 'number' | 'boolean' | 'string'}
 */
function evidenceType(type) {
	switch (type.typeId) {
		case Type.Date:
		case Type.Timestamp:
			return 'date';
		case Type.Int:
		case Type.Float:
		case Type.Decimal:
			return 'number';
		case Type.Bool:
			return 'boolean';
		default:
			return 'string';
	}
}

/**
 * How one cell of a column becomes a plain JavaScript value.
 *
 * Lists and structs are refused: published tables have none, and components would print them as "[object Object]".
 *
 * @param {import('apache-arrow').Field} field
 * @returns {(cell: any) => any}
 */
function plainValue({ name, type }) {
	switch (type.typeId) {
		case Type.Date:
		case Type.Timestamp:
			return (cell) => new Date(Number(cell));
		case Type.Int:
		case Type.Float:
			return (cell) => Number(cell);
		case Type.List:
		case Type.Struct:
		case Type.Map:
			throw new Error(`Column "${name}" is nested (${type}); select its parts as plain columns.`);
		default:
			return (cell) => cell;
	}
}

/**
 * An Arrow table as the array of plain objects that Evidence's components read.
 *
 * Components find the column types in the hidden `_evidenceColumnTypes`; an empty result has them too.
 *
 * @param {import('apache-arrow').Table | null | undefined} table
 * @returns {Record<string, any>[]}
 */
export function arrowTableToJSON(table) {
	if (!table) return [];
	const fields = table.schema.fields;
	const rows = Array.from({ length: table.numRows }, () => ({}));
	for (const [position, field] of fields.entries()) {
		const plain = plainValue(field);
		const column = table.getChildAt(position);
		for (const [index, row] of rows.entries()) {
			const cell = column.get(index);
			row[field.name] = cell === null || cell === undefined ? null : plain(cell);
		}
	}
	Object.defineProperty(rows, '_evidenceColumnTypes', {
		enumerable: false,
		value: fields.map(({ name, type }) => ({
			name,
			evidenceType: evidenceType(type),
			typeFidelity: 'precise'
		}))
	});
	return rows;
}
