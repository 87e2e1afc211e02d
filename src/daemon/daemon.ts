/** Builds every room, the ledger first and the doors last; stops them in the other order. Only here are all rooms known. */
import type { Config } from "../config/schema.ts";
import type { StoreLedger } from "../flows/flows.ts";
import { type Closing, closing } from "./closing.ts";
import { createLog } from "./log.ts";
import { openLedgerRoom } from "./rooms/open-ledger.ts";
import type { Rooms, RoomsOptions } from "./rooms/open-rooms.ts";
import { openBeforeRooms } from "./start/before-rooms.ts";
import { tendHeap } from "./watch/heap.ts";

export interface Daemon extends Rooms {
	ledger: StoreLedger;
	stop(): Promise<void>;
}

export interface DaemonOptions extends Omit<RoomsOptions, "configured" | "secrets"> {
	/** Requests from this machine without a token may do everything. */
	isDemo?: boolean;
	log?: ReturnType<typeof createLog>;
}

/** Rejects with ConfigWrong or StartFailed when a part does not open; then nothing stays open. */
export async function startDaemon(configured: Config, options: DaemonOptions = {}): Promise<Daemon> {
	const parts = closing();
	try {
		return await openParts(configured, options, parts);
	} catch (error) {
		// The caller is told why the start failed; a failure while closing what was open would hide that.
		await parts.run().catch(() => {});
		throw error;
	}
}

async function openParts(configured: Config, options: DaemonOptions, parts: Closing): Promise<Daemon> {
	const { log = createLog(), isDemo = false, ...more } = options;
	const secrets = await openBeforeRooms(configured, parts);
	// The first begins the ledger's thread, the second keeps this one busy while that opens the file.
	const [ledgerRoom, openRooms] = await both(openLedgerRoom(configured, log, parts), prepare({ ...more, configured, secrets }));
	const rooms = await openRooms({ ...ledgerRoom, isDemo });
	parts.add(tendHeap());
	const { cockpit, mqtt } = rooms.addresses;
	log.info({ cockpit, mqtt, store: ledgerRoom.config.store }, "gondola is up");

	return {
		...rooms,
		ledger: ledgerRoom.ledger,
		async stop() {
			await parts.run();
			log.info({}, "gondola has stopped");
		},
	};
}

async function prepare(options: RoomsOptions): ReturnType<typeof import("./rooms/open-rooms.ts").prepareRooms> {
	const { prepareRooms } = await import("./rooms/open-rooms.ts");
	return prepareRooms(options);
}

/** Waits for both also when one fails: the other may have opened something that has to be closed. The first one's error counts first. */
async function both<A, B>(first: Promise<A>, second: Promise<B>): Promise<[A, B]> {
	await Promise.allSettled([first, second]);
	return [await first, await second];
}
