export interface Picture {
	/** 16 upper-case hex digits. */
	version: string;
	dataType: number;
	bytesLength: number;
}

export interface ShowingLimits {
	/** How long an access point may try before it gives up; sent with each offer. */
	offerMinutes: number;
	/** An access point fetches the bytes at once; one that has not, did not hear the offer. */
	fetchWithinMs: number;
	/** A check-in that found its picture is complete within this; else the access point has lost it. */
	completeWithinMs: number;
	/** A check-in sooner after "complete" than this was sent before the drawing ended. */
	provesAfterMs: number;
	/** No check-in for this long: a person should look. */
	silentAfterMs: number;
	/** A second completion from the same access point within this is the first one repeated. */
	repeatsWithinMs: number;
	/** A check-in after so long a silence ends the wait for the next attempt: label or access point was away. */
	awayAfterMs: number;
	/** Waits before a picture is offered again; the last repeats for ever. */
	waitsMs: readonly [number, ...number[]];
}

export const showingLimits: ShowingLimits = {
	offerMinutes: 60,
	fetchWithinMs: 10_000,
	completeWithinMs: 90_000,
	provesAfterMs: 1_000,
	silentAfterMs: 45 * 60_000,
	repeatsWithinMs: 20_000,
	awayAfterMs: 180_000,
	waitsMs: [2_000, 15_000, 60_000, 300_000, 600_000],
};
