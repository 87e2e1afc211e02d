import { useEffect, useState } from "preact/hooks";

/** The state of a page. Parts are replaced and never edited in place, so that a panel is drawn again only when its part changed. */
export function watched<S extends object>(initial: S) {
	let state = initial;
	const watchers = new Set<() => void>();
	return {
		read: (): S => state,
		change(piece: Partial<S>): void {
			state = { ...state, ...piece };
			for (const watcher of watchers) watcher();
		},
		/** Draws the component again only when the value returned by `choose` changes. */
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
