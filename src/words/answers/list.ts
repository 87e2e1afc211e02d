/** One page of rows; `next` is the value for `after`, and is left out on the last page. */
export interface List<T> {
	items: T[];
	next?: string | number;
}

/** Who is signed in, and what they may do. */
export interface Who {
	kind: string;
	name: string;
	roles: string[];
	rights: string[];
}
