import { useEffect, useRef, useState } from "preact/hooks";
import { change, failed, read } from "./state.ts";

export interface Polled<T> {
	/** The newest answer; kept while later requests fail. */
	value: T | undefined;
	/** Why the last request failed; "" where it did not. */
	problem: string;
	/** Asks now. */
	again(): void;
}

/** Repeats a request while the panel is open and visible. Another `of` starts over. */
export function usePolled<T>(ask: () => Promise<T>, everyMs: number, of: string): Polled<T> {
	const [state, setState] = useState<{ of: string; value: T | undefined; problem: string }>({ of, value: undefined, problem: "" });
	const kick = useRef<() => void>(() => {});
	useEffect(() => {
		let open = true;
		let timer: ReturnType<typeof setTimeout> | undefined;
		let round = 0;
		const look = async (): Promise<void> => {
			clearTimeout(timer);
			const mine = ++round;
			if (document.visibilityState === "visible") {
				try {
					const value = await ask();
					if (!open || mine !== round) return;
					setState({ of, value, problem: "" });
					if (read().line === "lost") change({ line: "live" });
				} catch (error) {
					if (!open || mine !== round) return;
					const problem = failed(error);
					setState((before) => ({ of, value: before.of === of ? before.value : undefined, problem }));
				}
			}
			timer = setTimeout(() => void look(), everyMs);
		};
		kick.current = () => void look();
		void look();
		return () => {
			open = false;
			clearTimeout(timer);
		};
	}, [of]);
	return { value: state.of === of ? state.value : undefined, problem: state.of === of ? state.problem : "", again: () => kick.current() };
}
