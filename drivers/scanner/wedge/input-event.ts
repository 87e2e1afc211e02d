/**
 * The kernel's events of a keyboard on /dev/input/event*, on a machine of 64 bits, the lowest byte first:
 *
 *   struct input_event   8 seconds | 8 microseconds | 2 type | 2 code | 4 value        24 bytes
 *
 *   00…                 01 00      1c 00   01 00 00 00     a key (EV_KEY = 1): Enter (28) went down (1); 0 up, 2 repeated
 *   00…                 00 00      03 00   00 00 00 00     events were lost (EV_SYN = 0, SYN_DROPPED = 3): nobody read in time
 *
 * Source: linux/input.h and linux/input-event-codes.h.
 */
export type KeyEvent = { type: "key"; code: number; isDown: boolean; isRepeat: boolean } | { type: "lost" };

export interface EventCutter {
	take(bytes: Uint8Array): KeyEvent[];
}

const size = 24;
const [evSyn, evKey, synDropped] = [0, 1, 3];

/**
 * Events come whole from the kernel, but in pieces of any size through a pipe. Only keys and losses are answered. Bytes that are no event
 * are skipped one by one until an event begins, and count as one loss.
 */
export function eventCutter(): EventCutter {
	let held = new Uint8Array();
	let isSkipping = false;
	return {
		take(bytes) {
			const all = held.length === 0 ? bytes : Buffer.concat([held, bytes]);
			const events: KeyEvent[] = [];
			const view = new DataView(all.buffer, all.byteOffset, all.byteLength);
			let at = 0;
			while (at + size <= all.length) {
				if (!isEvent(view, at)) {
					if (!isSkipping) events.push({ type: "lost" });
					isSkipping = true;
					at += 1;
					continue;
				}
				isSkipping = false;
				const [type, code, value] = [view.getUint16(at + 16, true), view.getUint16(at + 18, true), view.getInt32(at + 20, true)];
				if (type === evKey) events.push({ type: "key", code, isDown: value !== 0, isRepeat: value === 2 });
				else if (type === evSyn && code === synDropped) events.push({ type: "lost" });
				at += size;
			}
			held = Uint8Array.from(all.subarray(at));
			return events;
		},
	};
}

/** Seconds below 2^32, microseconds below a million, and a type that there is. */
function isEvent(view: DataView, at: number): boolean {
	const [secondsHigh, micros, microsHigh] = [view.getUint32(at + 4, true), view.getUint32(at + 8, true), view.getUint32(at + 12, true)];
	return secondsHigh === 0 && micros < 1_000_000 && microsHigh === 0 && view.getUint16(at + 16, true) <= 0x1f;
}
