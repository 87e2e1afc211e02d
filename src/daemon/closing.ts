/** The parts that are open, to be closed in reverse order: at the end, and when a later part does not open. */
export interface Closing {
	add(close: () => unknown): void;
	/** Closes each part even when another one fails; then throws the first failure. */
	run(): Promise<void>;
}

export function closing(): Closing {
	const open: (() => unknown)[] = [];
	return {
		add: (close) => void open.push(close),
		async run() {
			const failures: unknown[] = [];
			for (let close = open.pop(); close; close = open.pop()) {
				try {
					await close();
				} catch (error) {
					failures.push(error);
				}
			}
			if (failures.length > 0) throw failures[0];
		},
	};
}
