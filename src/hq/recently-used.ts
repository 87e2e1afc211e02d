/** A map of limited size: the entry used longest ago is removed first. */
export interface RecentlyUsed<V> {
	get(key: string): V | undefined;
	/** Answers the value. */
	set(key: string, value: V): V;
}

export function openRecentlyUsed<V>(most: number): RecentlyUsed<V> {
	const kept = new Map<string, V>();
	const set = (key: string, value: V): V => {
		kept.delete(key);
		kept.set(key, value);
		if (kept.size > most) kept.delete(kept.keys().next().value!);
		return value;
	};
	return {
		get(key) {
			const value = kept.get(key);
			return value === undefined ? undefined : set(key, value);
		},
		set,
	};
}
