/** How far the changes of a push have come in one store, or in several together. */
export interface PushCounts {
	/** How many of the push's changes are for the store. */
	changes: number;
	/** Counts of changes that were handed to the line, committed by the store, and in force there. */
	sent: number;
	stored: number;
	active: number;
	/**
	 * `shown`: confirmed by every label of the article. `unlabelled`: in force where no label is bound. `failed`: a label cannot show the
	 * price, or the store refused it.
	 */
	shown: number;
	unlabelled: number;
	failed: number;
	/** `masked`: another price counts there. `neverInForce`: over or replaced before it ever counted. Neither is active or shown. */
	masked: number;
	neverInForce: number;
}
