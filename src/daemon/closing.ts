/** What has been opened so far, to be closed in the other order: at the end, and also when a later part does not open. */
export interface Closing {
	add(close: () => unknown): void;
	/** Each is closed though another fails; the first failure is thrown at the end. */
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
