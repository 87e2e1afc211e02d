import { expect, it } from "vitest";
import type { HqRepository } from "../../../src/link/hq/repository.ts";
import { openStoreSession } from "../../../src/link/hq/session.ts";
import type { HqTrust } from "../../../src/link/hq/trust-port.ts";
import { packData, readMessage } from "../../../src/link/protocol/envelope.ts";
import { noLog } from "../../../src/link/run/clock.ts";
import { makeKey } from "../../../src/trust/keys.ts";
import { canonicalText } from "../../../src/words/basics/canonical-text.ts";

it("head office asks a store whose session it does not know to greet, and takes it for no stranger", async () => {
	const key = { ...makeKey("store"), inc: 1, ended: false };
	const published: string[] = [];
	let nowMs = 0;
	const session = openStoreSession({
		store: "s1",
		repository: { keysOf: async () => [key] } as unknown as HqRepository,
		clock: { nowMs: () => nowMs, after: () => () => {} } as never,
		dice: () => 0.5,
		log: noLog,
		rateLimit: { messagesPerSecond: 10, bytesPerSecond: 10_000 },
		wall: () => "2026-03-01T08:00:00.000Z",
		publish: (channel) => void published.push(channel),
		trust: { tenant: "t" } as HqTrust,
	});
	// As after a restart of head office: the store goes on in the session that it had.
	const head = { session: "from-before", stream: "facts" as const, epoch: "e".repeat(16), from: 8, n: 1, prevHash: "0".repeat(32) };
	const read = readMessage("up", "data", packData(head, [canonicalText({ id: "f8" })])!);
	if (read.kind !== "message") throw new Error(read.why);
	session.arrived(read.message);
	expect(published).toEqual(["hello"]);
	await new Promise(setImmediate);
	nowMs += 5_000;
	session.arrived(read.message);
	expect(published).toEqual(["hello", "hello"]);
	expect(session.status().strangers).toBe(0);
	session.stop();
});
