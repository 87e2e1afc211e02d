import { useEffect, useState } from "preact/hooks";

/** What a page knows. Replaced piece by piece, never edited in place, so that a panel draws only when its piece changed. */
export function watched<S extends object>(initial: S) {
	let state = initial;
	const watchers = new Set<() => void>();
	return {
		read: (): S => state,
		change(piece: Partial<S>): void {
			state = { ...state, ...piece };
			for (const watcher of watchers) watcher();
		},
		/** Draws again only when what `choose` picks is another value. */
		use<T>(choose: (state: S) => T): T {
			const [value, setValue] = useState(() => choose(state));
			useEffect(() => {
				const look = () => setValue(() => choose(state));
				watchers.add(look);
				look();
				return () => {
					watchers.delete(look);
				};
			}, []);
			return value;
		},
	};
}
