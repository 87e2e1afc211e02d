/** The desk of most tests: everybody on this machine may do everything, nothing is connected. A test overrides what it asks about. */
import type { DeskOptions } from "../../src/desk/server.ts";
import { openDesk } from "./access.ts";
import { fakeLedger } from "./fake-ledger.ts";

export const deskOptions = (more: Partial<DeskOptions> = {}): DeskOptions => ({
	...openDesk(),
	ledger: fakeLedger(),
	port: 0,
	version: "0.1.0",
	locale: "en",
	log: { info() {}, warn() {}, error() {} },
	pageDir: "/nowhere",
	status: () => ({ connected: false, lastContact: null, offlineDaysLeft: null }),
	pictures: { png: () => undefined },
	actions: { testDevice: async () => ({ ok: true, what: "It beeped." }), restartDevice: async () => {} },
	...more,
});

/** A broker to which nobody is connected; the device scale-9 waits for admission. */
export const idleBroker: NonNullable<DeskOptions["broker"]> = {
	url: "mqtt://127.0.0.1:1",
	stats: () => ({
		clients: 0,
		sessions: 0,
		queued: 0,
		retained: 0,
		subscriptions: 0,
		waiting: 0,
		refused: {},
		dropped: {},
		deadLetters: [],
	}),
	openPairing: () => ({ until: 0 }),
	closePairing() {},
	pendingDevices: () => [{ device: "scale-9", address: "127.0.0.1", at: "", fingerprint: "" }],
	approve: async () => {},
	accounts: { list: () => [], add: async () => "secret", passwd: async () => "secret", revoke: async () => {} },
	clients: () => ({ connected: [], refused: [] }),
};
