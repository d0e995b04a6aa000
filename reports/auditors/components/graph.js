// What is said of a graph of models, from its edges.

/** Name → names one step on. `from` and `to` name the ends of an edge, so either direction can be followed. */
function steps(edges, from, to) {
	const found = new Map();
	for (const edge of edges) {
		if (!found.has(edge[from])) found.set(edge[from], []);
		found.get(edge[from]).push(edge[to]);
	}
	return found;
}

/** All names that are reached from one, in any number of steps, without itself. */
function reached(start, next) {
	const seen = new Set();
	const open = [start];
	while (open.length > 0) {
		for (const name of next.get(open.pop()) ?? []) {
			if (name !== start && !seen.has(name)) {
				seen.add(name);
				open.push(name);
			}
		}
	}
	return seen;
}

/** Everything that a model is made from. */
export const ancestors = (edges, name) => reached(name, steps(edges, 'child', 'parent'));

/** Everything that is made from a model. */
export const descendants = (edges, name) => reached(name, steps(edges, 'parent', 'child'));

const alphabetical = (one, other) => one.localeCompare(other, 'en');

/** The models one step before a model. */
export const parentsOf = (edges, name) =>
	[...new Set(edges.filter((edge) => edge.child === name).map((edge) => edge.parent))].sort(alphabetical);

/** The models one step after a model. */
export const childrenOf = (edges, name) =>
	[...new Set(edges.filter((edge) => edge.parent === name).map((edge) => edge.child))].sort(alphabetical);

/** The value of a Choice as it stands in an input: between quotes in the page's SQL. */
export const inputValue = (name) => ({ label: name, value: name.replaceAll("'", "''"), rawValues: [] });

/** Takes the reader to a heading: what was clicked is drawn anew, and the keyboard would lose its place. */
export function goTo(id, options = {}) {
	const heading = document.getElementById(id);
	heading?.focus({ preventScroll: true });
	if (options.scroll) heading?.scrollIntoView({ block: 'start' });
}
