import pg from "pg";

const listenAgainMs = 1_000;

/**
 * Listens for notifications of the HQ processes on one PostgreSQL (LISTEN), over a connection of its own that is made again whenever it is
 * lost. Notifications meanwhile are missed, so `opened` is called each time listening begins. Returns how to stop.
 */
export function keepListening(
	url: string,
	channels: readonly string[],
	{ heard, opened }: { heard(channel: string, text: string): void; opened(): void },
): () => Promise<void> {
	let stopped = false;
	let client: pg.Client | undefined;
	let timer: NodeJS.Timeout | undefined;
	const open = (): void => {
		const own = new pg.Client({ connectionString: url, keepAlive: true, connectionTimeoutMillis: 10_000 });
		client = own;
		let over = false;
		const lose = (): void => {
			if (over) return;
			over = true;
			own.end().catch(() => {});
			if (!stopped) timer = setTimeout(open, listenAgainMs);
		};
		own.on("error", lose);
		own.on("end", lose);
		own.on("notification", ({ channel, payload }) => heard(channel, payload ?? ""));
		own
			.connect()
			.then(() => own.query(channels.map((channel) => `LISTEN ${pg.escapeIdentifier(channel)}`).join("; ")))
			.then(opened, lose);
	};
	open();
	return async () => {
		stopped = true;
		clearTimeout(timer);
		await client?.end().catch(() => {});
	};
}
