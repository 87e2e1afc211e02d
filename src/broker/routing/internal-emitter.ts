/**
 * The emitter that aedes sends itself messages through: heartbeats and news of clients under `$SYS/`, nothing else. Messages of clients are
 * delivered by subscribers.ts: through aedes' own emitter one subscriber that hangs stops the broker, and a long queue ends the process.
 */
import { matches } from "./filter.ts";

interface Heard {
	topic: string;
}
type Hearing = (message: never, done: () => void) => void;

export function createInternalEmitter() {
	const hearings = new Map<string, Set<Hearing>>();
	return {
		current: 0,
		on(filter: string, hearing: Hearing, done?: () => void) {
			if (filter.startsWith("$SYS/")) {
				if (!hearings.has(filter)) hearings.set(filter, new Set());
				hearings.get(filter)!.add(hearing);
			}
			if (done) queueMicrotask(done);
		},
		removeListener(filter: string, hearing: Hearing, done?: () => void) {
			hearings.get(filter)?.delete(hearing);
			if (done) queueMicrotask(done);
		},
		emit(message: Heard, done?: (error?: Error) => void) {
			for (const [filter, heard] of hearings) {
				if (!matches(filter, message.topic)) continue;
				for (const hearing of heard) hearing(message as never, () => {});
			}
			if (done) queueMicrotask(done);
		},
		close(done: () => void) {
			hearings.clear();
			queueMicrotask(done);
		},
	};
}
