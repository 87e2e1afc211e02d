/** One page of a list, as every list of the gateway and of head office is answered. `next` is the value of `after` for the next page. */
export interface Page<T> {
	items: T[];
	next?: string | number;
}

/** All items of a list, page after page. `path` may have a query, but no `after`; `read` is called with it and the page's `after`. */
export async function everyItem<T>(path: string, read: (path: string) => Promise<Page<T>>): Promise<T[]> {
	const all: T[] = [];
	for (let after: string | number | undefined = ""; after !== undefined; ) {
		const from = after === "" ? "" : `${path.includes("?") ? "&" : "?"}after=${encodeURIComponent(after)}`;
		const page: Page<T> = await read(path + from);
		all.push(...page.items);
		after = page.next ?? undefined;
	}
	return all;
}
