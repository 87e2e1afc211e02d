/** Topics and topic filters [MQTT 4.7]: `+` is one level, `#` the rest; neither begins a match with a topic that starts with `$`. */

/** The levels a filter's wildcards stand for, or null when the topic does not match. `a/+/#` on `a/b/c/d` gives ["b", "c/d"]. */
export function matchFilter(filter: string, topic: string): string[] | null {
	const asked = filter.split("/");
	const levels = topic.split("/");
	if (topic.startsWith("$") && (asked[0] === "+" || asked[0] === "#")) return null; // [MQTT-4.7.2-1]
	const caught: string[] = [];
	for (let i = 0; i < asked.length; i++) {
		const want = asked[i]!;
		if (want === "#") return [...caught, levels.slice(i).join("/")];
		const level = levels[i];
		if (level === undefined) return null;
		if (want === "+") caught.push(level);
		else if (want !== level) return null;
	}
	return asked.length === levels.length ? caught : null;
}

export function matches(filter: string, topic: string): boolean {
	return matchFilter(filter, topic) !== null;
}

/** Whether every topic that `asked` can match is matched by `allowed`. */
export function covers(allowed: string, asked: string): boolean {
	const may = allowed.split("/");
	const wants = asked.split("/");
	if (asked.startsWith("$") && (may[0] === "+" || may[0] === "#")) return false;
	for (let i = 0; i < may.length; i++) {
		const level = may[i]!;
		if (level === "#") return true;
		const want = wants[i];
		if (want === undefined || want === "#") return false;
		if (level !== "+" && level !== want) return false;
	}
	return may.length === wants.length;
}

/** Whether some topic is matched by both. */
export function overlap(one: string, other: string): boolean {
	const a = one.split("/");
	const b = other.split("/");
	for (let i = 0; i < Math.max(a.length, b.length); i++) {
		const [x, y] = [a[i], b[i]];
		if (x === "#" || y === "#") return true;
		if (x === undefined || y === undefined || (x !== "+" && y !== "+" && x !== y)) return false;
	}
	return true;
}

/** Well-formed filters: wildcards are whole levels, `#` only the last [MQTT-4.7.1-2], [MQTT-4.7.1-3]. */
export function isFilter(filter: string): boolean {
	const levels = filter.split("/");
	return filter.length > 0 && levels.every((level, i) => (level === "#" ? i === levels.length - 1 : level === "+" || !/[+#]/.test(level)));
}

interface Node<T> {
	below: Map<string, Node<T>>;
	here: Map<string, T>;
}

export interface FilterTree<T> {
	set(filter: string, key: string, value: T): void;
	delete(filter: string, key: string): void;
	/** Not to be changed by the caller: the next message of the same topic gets the same list. */
	match(topic: string): readonly T[];
	/** Whether any filter may match a topic that begins with these levels. */
	hasBelow(levels: readonly string[]): boolean;
	size(): number;
}

/** Devices say the same few topics over and over. */
const topicsRemembered = 2_000;

/** Filters by level, so that a message asks as many questions as its topic has levels, however many sessions there are. */
export function filterTree<T>(): FilterTree<T> {
	const root: Node<T> = { below: new Map(), here: new Map() };
	let size = 0;
	const remembered = new Map<string, T[]>();

	const walk = (node: Node<T>, levels: string[], at: number, found: T[]): void => {
		const wild = at === 0 && levels[0]!.startsWith("$") ? undefined : node.below;
		const rest = wild?.get("#");
		if (rest) found.push(...rest.here.values());
		if (at === levels.length) {
			found.push(...node.here.values());
			return;
		}
		const one = wild?.get("+");
		if (one) walk(one, levels, at + 1, found);
		const same = node.below.get(levels[at]!);
		if (same) walk(same, levels, at + 1, found);
	};

	return {
		set(filter, key, value) {
			let node = root;
			for (const level of filter.split("/")) {
				let next = node.below.get(level);
				if (!next) node.below.set(level, (next = { below: new Map(), here: new Map() }));
				node = next;
			}
			if (!node.here.has(key)) size += 1;
			node.here.set(key, value);
			remembered.clear();
		},
		delete(filter, key) {
			const path: [Node<T>, string][] = [];
			let node = root;
			for (const level of filter.split("/")) {
				const next = node.below.get(level);
				if (!next) return;
				path.push([node, level]);
				node = next;
			}
			if (node.here.delete(key)) size -= 1;
			remembered.clear();
			// A level without listeners is removed from the tree: clients choose topic names, so empty levels would accumulate.
			for (const [above, level] of path.reverse()) {
				const child = above.below.get(level)!;
				if (child.here.size > 0 || child.below.size > 0) return;
				above.below.delete(level);
			}
		},
		match(topic) {
			const known = remembered.get(topic);
			if (known) return known;
			const found: T[] = [];
			walk(root, topic.split("/"), 0, found);
			if (remembered.size >= topicsRemembered) remembered.clear();
			remembered.set(topic, found);
			return found;
		},
		hasBelow(levels) {
			let nodes = [root];
			for (const level of levels) {
				if (nodes.some((node) => node.below.has("#"))) return true;
				nodes = nodes.flatMap((node) => [node.below.get("+"), node.below.get(level)].filter((one) => one !== undefined));
			}
			return nodes.length > 0 && size > 0;
		},
		size: () => size,
	};
}
