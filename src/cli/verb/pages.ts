/** One page of a list, as every list of the gateway and of head office is answered. `next` is the value of `after` for the next page. */
export interface Page<T> {
	items: T[];
	next?: string | number;
}

/** All items of a list, page after page. `read` is called with a path that begins with `path`, which may have a query already. */
export async function everyItem<T>(path: string, read: (path: string) => Promise<Page<T>>): Promise<T[]> {
	const all: T[] = [];
	for (let after: string | number | undefined = ""; after !== undefined; ) {
		const from = after === "" ? "" : `&after=${encodeURIComponent(after)}`;
		const page: Page<T> = await read(`${path}${path.includes("?") ? "&" : "?"}limit=1000${from}`);
		all.push(...page.items);
		after = page.next;
	}
	return all;
}
