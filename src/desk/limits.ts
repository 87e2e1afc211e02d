/** Limits of the desk. A store has a handful of browsers and tills; more is a mistake or an attack. */
export const limits = {
	bodyBytes: 256 * 1024,
	pageDefault: 100,
	pageMost: 500,
	/** The unit gives the process 16,384 open files. */
	connections: 4_000,
	connectionsOfOne: 512,
	/** Open event streams; each browser tab holds one. */
	streams: 64,
	/** Event streams of one person or token, so that nobody uses up all of them. */
	streamsOfOne: 16,
	/** One read of the ledger for one stream. */
	streamPage: 500,
	/** Rows that one search of events, or of articles by name, may read. */
	eventsLookedAt: 50_000,
	articlesLookedAt: 100_000,
	/** A client whose socket stays full this long is cut off; it resumes by Last-Event-ID. */
	drainMs: 20_000,
	/** A client that accepts nothing of an answer for so long is cut off. */
	stuckMs: 30_000,
	/** Proxies and phones close a connection that is silent for longer. */
	heartbeatMs: 15_000,
	requestMs: 30_000,
	/** A shorter token could be guessed, so the desk does not start with one. */
	tokenCharacters: 16,
	shelves: 1_000,
	/** Prices whose time to the shelf is measured at once. */
	pricesTimed: 20_000,
} as const;
