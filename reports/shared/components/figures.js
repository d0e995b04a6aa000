// What charts and tables of cohort figures have in common.

/** The quarters of some rows, oldest first. */
export const periodsOf = (rows) =>
	[...new Map(rows.map((row) => [row.period_label, row.period_start]))]
		.sort(([, one], [, other]) => one - other)
		.map(([label]) => label);

/** The rows of the newest eight quarters, two years: what fits a chart. The tables have all. */
export function recentRows(rows) {
	const recent = new Set(periodsOf(rows).slice(-8));
	return rows.filter((row) => recent.has(row.period_label));
}

/** The cohorts of some rows, in alphabetical order: never by a figure. */
export const cohortsOf = (rows) =>
	[...new Set(rows.map((row) => row.cohort_label))].sort((one, other) =>
		one.localeCompare(other, 'en', { numeric: true })
	);

/** A figure's text without the unit ("1 day", "2 days") that stands in the heading; a missing row is
 * no data. */
export function figureText(row) {
	const text = row?.value_text ?? 'no data';
	const unit = row?.unit;
	if (!unit) return text;
	const spoken = [unit, unit.replace(/s\b/, '')].find((words) => text.endsWith(` ${words}`));
	return spoken ? text.slice(0, -spoken.length - 1) : text;
}

/** The unit for a heading, where neither the figures' texts nor the metric's name say it. */
export function headingUnit(row) {
	const unit = row?.unit ?? '';
	const [, per] = unit.split(/(?= per )/);
	return ['hours', 'share'].includes(unit) || row?.metric_label?.includes(per ?? unit) ? '' : unit;
}

/** A figure that may be another one by chance alone: it has no colour and is compared with nothing. */
export const isWeak = (row) => row?.confidence === 'weak';
