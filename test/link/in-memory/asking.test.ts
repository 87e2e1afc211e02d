import { describe, expect, it } from "vitest";
import type { CatalogReader } from "../../../src/link/hq/repository.ts";
import { serveRequests } from "../../../src/link/hq/requests.ts";
import { openRateLimit } from "../../../src/link/machine/rate-limit.ts";
import { readMessage } from "../../../src/link/protocol/envelope.ts";
import type { Manifest } from "../../../src/link/protocol/messages.ts";
import { manifestOf } from "../../../src/link/protocol/snapshot.ts";
import { noLog } from "../../../src/link/run/clock.ts";
import type { LinkLedger } from "../../../src/link/store/ledger-port.ts";
import { openRequests } from "../../../src/link/store/requests.ts";
import { fetchSnapshots } from "../../../src/link/store/snapshot.ts";
import { canonicalText } from "../../../src/words/basics/canonical-text.ts";
import { carry, openWorld, type Weather } from "./world.ts";

const epoch = "00000000000000aa";
const id = `${epoch}-40-1767225600000`;
const chunks = Array.from({ length: 40 }, (_, n) => [
	canonicalText({
		type: "price",
		price: { sku: `sku${n}`, version: 1, kind: "regular", amountMinor: n, currency: "EUR", from: "2026-01-01T00:00:00.000Z" },
	}),
]);
const stormy: Weather = { lost: 0.3, doubled: 0.2, late: 0.2, damaged: 0.05, delayMs: [5, 500] };

/** A store that fetches, and HQ's desk that answers, with a line between them that obeys `weather`. */
function openScene(seed: number, weather: Weather, spoil: { chunk?: (texts: string[]) => string[] | undefined; swaps?: boolean } = {}) {
	const world = openWorld(seed);
	let pending: { manifest: Manifest; have: Set<number> } | undefined;
	let swaps = 0;
	const ledger = {
		do: async (flow: string, args: { chunk: number }) => {
			if (flow === "beginSnapshot") pending = { manifest: args as unknown as Manifest, have: new Set() };
			if (flow === "takeChunk") pending!.have.add(args.chunk);
			if (flow === "dropSnapshot") pending = undefined;
			if (flow === "swapSnapshot") {
				if (spoil.swaps === false) throw new Error("refused");
				expect(pending!.have.size).toBe(40);
				pending = undefined;
				swaps += 1;
			}
		},
		read: { snapshots: { pending: () => pending } },
	} as unknown as LinkLedger;
	const catalog: CatalogReader = {
		worthFrom: 1,
		sums: async () => undefined,
		bucket: async () => undefined,
		manifest: async () => manifestOf(id, "ab".repeat(16), chunks),
		chunk: async (_store, _id, n) => (spoil.chunk ? spoil.chunk(chunks[n]!) : chunks[n]),
	};
	const desk = serveRequests({
		store: "s1",
		catalog,
		clock: world,
		rateLimit: openRateLimit({ messagesPerSecond: 50, bytesPerSecond: 400_000 }, 0),
		log: noLog,
		session: () => "s",
		publish: (payload) =>
			carry(world, weather, payload, (bytes) => {
				const read = readMessage("dn", "res", bytes);
				if (read.kind === "message" && read.message.ch === "res" && "session" in read.message.body) asking.arrived(read.message.body);
			}),
	});
	const asking = openRequests({
		clock: world,
		session: () => "s",
		publish: (payload) =>
			carry(world, weather, payload, (bytes) => {
				const read = readMessage("up", "req", bytes);
				if (read.kind === "message" && read.message.ch === "req") desk.take(read.message.body);
			}),
	});
	const fetcher = fetchSnapshots({ ledger, requests: asking, log: noLog, nowMs: () => world.nowMs(), session: () => "s", swapped() {} });
	return { world, fetcher, swaps: () => swaps };
}

describe("a store that fetches the catalog whole", () => {
	it("has it in the end, whatever the line loses, doubles, delays or bends, if welcomes keep coming", async () => {
		for (let seed = 1; seed <= 20; seed++) {
			const { world, fetcher, swaps } = openScene(seed, stormy);
			for (let minute = 0; minute < 60 && swaps() === 0; minute++) {
				if (fetcher.able()) fetcher.want({ epoch, last: 40 });
				await world.run(60_000, () => swaps() > 0);
			}
			expect([seed, swaps()]).toEqual([seed, 1]);
		}
	});

	it.each([
		["chunks that are not what the manifest says", { chunk: () => [canonicalText({ type: "label", label: "l", sku: null })] }],
		["chunks that HQ cannot make again", { chunk: () => undefined }],
		["a ledger that refuses the swap", { swaps: false }],
	])("asks for records instead, for an hour, after %s", async (_, spoil) => {
		const { world, fetcher, swaps } = openScene(1, { lost: 0, doubled: 0, late: 0, damaged: 0, delayMs: [5, 20] }, spoil);
		for (let minute = 0; minute < 10 && fetcher.able(); minute++) {
			fetcher.want({ epoch, last: 40 });
			world.after(1, () => {});
			await world.run(60_000);
		}
		expect(fetcher.able()).toBe(false);
		expect(swaps()).toBe(0);
		await world.run(3_600_000);
		expect(fetcher.able()).toBe(true);
	});
});
