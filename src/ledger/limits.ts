/** Every limit of the ledger in one place. */
export const limits = {
	/** Rows that a reader reads at a time. */
	pageRows: 500,
	/** Calls that share one fsync: a slow disk reaches this number, a fast one never does. */
	callsPerCommit: 2_000,
	/** After a refusal this many commits give each call a savepoint of its own. */
	carefulCommits: 16,
	/** At most so many calls wait for a commit; beyond that the broker slows the clients down whose messages wait for their PUBACK. */
	callsWaiting: 50_000,
	/** Idle work runs when no door has committed for so long; behind for longer than `idleWorkWithinMs`, it takes turns with the doors. */
	quietMs: 4,
	idleWorkWithinMs: 5_000,
	/** Wait after the disk refused a step of idle work. */
	idleWorkRetryMs: 1_000,
	/** Write-ahead log pages before a checkpoint: 4 MiB keeps the p99 of a commit flat on eMMC. */
	walPages: 1_000,
	/** On a disk with little room the log is kept to a share of what is free, and never shorter than this. */
	walShareOfFree: 16,
	walPagesLeast: 16,
	/** A write-ahead log that once grew larger is cut back to this at the next checkpoint. */
	walKeptBytes: 4_194_304,
	/** Results of HQ's commands are kept this long for a repeated id. */
	commandResultDays: 30,
	/**
	 * Shares of the byte budget, or of the disk if it is smaller: from the first on notes are sampled, from the second dropped, from
	 * the third not written.
	 */
	shortPercent: 70,
	shorterPercent: 85,
	fullPercent: 95,
	/** How long facts that HQ has are kept for people to read, while there is room. */
	keptDays: 30,
	/** Minutes of watched temperatures are kept this long, whatever space there is: inspectors of frozen food ask for a year. */
	coldChainDays: 400,
	/** A movement older than this and than the last count of its article is deleted. */
	movementDays: 90,
	/** The newest rows that HQ has are always kept: both ends compare them after a restore. */
	comparedRows: 256,
	/** Rows that retention reads between two commits of the doors. */
	retentionPageRows: 1_000,
	/** Steps of one maintenance pass; what is left waits for the next minute. */
	stepsPerPass: 2_000,
	/** Pages given back to the disk between two commits of the doors. */
	vacuumedPages: 256,
	/** The ballast file is deleted when the disk is full: in WAL mode even a DELETE needs space. On a small disk: a share of the disk. */
	ballastBytes: 8_000_000,
	ballastShareOfDisk: 8,
	/** After room was made on a full disk, none is made again for this long. */
	reliefPauseMs: 1_000,
	/** Sums over a file up to this size are made at a stop and checked at a start: a second or two. */
	checksummedBytes: 1_000_000_000,
	/**
	 * After an unclean stop: a ledger up to this size is checked whole, of a larger one the tables of state and the last rows of the chain.
	 */
	checkedWholeBytes: 256_000_000,
	checkedRows: 20_000,
	checkMs: 5_000,
	/** Damaged ledgers kept for the IT staff; the oldest is deleted first. */
	damagedKept: 2,
	growthSampleMs: 10 * 60_000,
	growthKeptMs: 7 * 86_400_000,
	growthSamples: 240,
} as const;
