/** Every limit of the ledger in one place. */
export const limits = {
	/** Rows a reader may take in one look. */
	pageRows: 500,
	/** Calls that share one fsync; a slow disk fills it, a quick one never does. */
	callsPerCommit: 2_000,
	/** A PUBACK may wait for its fsync behind at most this many calls; beyond it the door slows its client down. */
	callsWaiting: 50_000,
	/** Write-ahead log pages before a checkpoint: 4 MiB keeps the p99 of a commit flat on eMMC. */
	walPages: 1_000,
	/** A write-ahead log that once grew larger is cut back to this at the next checkpoint. */
	walKeptBytes: 16_000_000,
	/** Results of HQ's commands are kept this long for a repeated id. */
	commandResultDays: 30,
} as const;
