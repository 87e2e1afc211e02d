/**
 * RFC 8785 text of a record: plain objects, arrays, strings, finite numbers, booleans, null. JSON.stringify writes numbers and strings as
 * the RFC wants; what is left is the order of the names. Several times as fast as a general implementation, because this is done for every
 * fact. Throws TypeError for a lone surrogate, which has no UTF-8.
 */
export function canonicalText(value: unknown): string {
	if (typeof value === "string") return quoted(value);
	if (value === null) return "null";
	if (typeof value !== "object") return Number.isSafeInteger(value) ? String(value) : (JSON.stringify(value) ?? "null");
	if (Array.isArray(value)) return `[${value.map(canonicalText).join(",")}]`;
	return canonicalTexts(value, nothing).text;
}

const nothing: ReadonlySet<string> = new Set();

/** The canonical text of a record, and the same without some of its members, in one pass. Members that are in both are joined only once. */
export function canonicalTexts(record: object, without: ReadonlySet<string>): { text: string; rest: string } {
	const sorted = inOrder(Object.keys(record), without);
	let text = "{";
	let rest = "{";
	let both = "";
	let isFirst = true;
	for (let at = 0; at < sorted.length; at += 1) {
		const { name, start, first, isInBoth } = sorted[at]!;
		const member = (record as Record<string, unknown>)[name];
		if (member === undefined) continue;
		const value = typeof member === "string" ? quoted(member) : member === null ? "null" : canonicalText(member);
		const piece = (isFirst ? first : start) + value;
		isFirst = false;
		if (isInBoth) both += piece;
		else {
			text += both + piece;
			rest += both;
			both = "";
		}
	}
	text += both;
	rest += both;
	// Where the first member is in the whole record only, the rest begins with the comma of the second one.
	return { text: `${text}}`, rest: rest[1] === "," ? `{${rest.slice(2)}}` : `${rest}}` };
}

function quoted(value: string): string {
	if (isPlain(value)) return `"${value}"`;
	if (!value.isWellFormed()) throw new TypeError("a text with half a character in it");
	return JSON.stringify(value);
}

/** Whether a text needs no escape, which is true of most texts of a shop. A loop is quicker than a regular expression for short ones. */
function isPlain(value: string): boolean {
	for (let at = 0; at < value.length; at += 1) {
		const code = value.charCodeAt(at);
		if (code < 0x20 || code > 0x7e || code === 0x22 || code === 0x5c) return false;
	}
	return true;
}

/** A member's name, and the text that stands before the member's value: `,"name":`; before that of the first member: `"name":`. */
interface Name {
	name: string;
	start: string;
	first: string;
	isInBoth: boolean;
}

/** The names of a record in the order in which it has them, and sorted. */
interface Order {
	names: readonly string[];
	without: ReadonlySet<string>;
	sorted: readonly Name[];
}

/**
 * Lists of names that were sorted and quoted before, by how many names they have. A list is found by comparing names, which are the
 * same strings in memory: joining them into a key would take several times as long. Names that come from outside (application identifiers)
 * are many, so few lists of a length are kept.
 */
const orders: Order[][] = [];
const ordersKept = 16;
const namesMost = 64;

function inOrder(names: string[], without: ReadonlySet<string>): readonly Name[] {
	const known = orders[names.length];
	if (known) for (const order of known) if (order.without === without && isSame(order.names, names)) return order.sorted;
	const sorted = names.toSorted().map((name): Name => {
		const first = `${quoted(name)}:`;
		return { name, start: `,${first}`, first, isInBoth: !without.has(name) };
	});
	if (names.length > namesMost) return sorted;
	const kept = (orders[names.length] ??= []);
	if (kept.length >= ordersKept) kept.pop();
	kept.unshift({ names, without, sorted });
	return sorted;
}

function isSame(a: readonly string[], b: readonly string[]): boolean {
	for (let at = 0; at < a.length; at += 1) if (a[at] !== b[at]) return false;
	return true;
}
