import type { List } from "../../words/answers/list.ts";

/** All items of a list, page after page. `path` may have a query, but no `after`; `read` is called with it and the page's `after`. */
export async function everyItem<T>(path: string, read: (path: string) => Promise<List<T>>): Promise<T[]> {
	const all: T[] = [];
	for (let after: string | number | undefined = ""; after !== undefined; ) {
		const from = after === "" ? "" : `${path.includes("?") ? "&" : "?"}after=${encodeURIComponent(after)}`;
		const page: List<T> = await read(path + from);
		all.push(...page.items);
		after = page.next ?? undefined;
	}
	return all;
}
