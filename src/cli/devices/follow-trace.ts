/** The traffic between the gateway and a device, polled from the running gateway. */

import { setTimeout as after } from "node:timers/promises";
import type { TraceStep } from "../../../drivers/transport/trace-port.ts";
import type { DeviceTrace } from "../../words/answers/devices.ts";
import { ask } from "../verb/ask.ts";

export interface Followed extends TraceStep {
	/** Steps before this one that were dropped because nobody had read them. */
	lost: number;
}

const askEveryMs = 300;

/**
 * Ends when `over` aborts. Throws Refused for a device that has no cable or address. `onListening` is called when the gateway records:
 * what comes from then on is seen.
 */
export async function* followTrace(
	base: string,
	device: string,
	{ token, over, onListening }: { token?: string | undefined; over: AbortSignal; onListening?: () => void },
): AsyncGenerator<Followed> {
	const page = (from: number): Promise<DeviceTrace> =>
		ask<DeviceTrace>(base, `/api/v1/devices/${encodeURIComponent(device)}/trace?after=${from}`, { token });
	// Steps from before the start are not shown.
	let { next } = await page(0);
	onListening?.();
	while (!over.aborted) {
		const { items, next: reached, lost } = await page(next);
		next = reached;
		for (const [at, { direction, hex }] of items.entries())
			yield { direction, bytes: Uint8Array.from(Buffer.from(hex, "hex")), lost: at === 0 ? lost : 0 };
		await after(askEveryMs, undefined, { signal: over }).catch(() => {});
	}
}
