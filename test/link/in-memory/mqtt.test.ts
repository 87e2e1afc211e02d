import { mkdtempSync, rmSync } from "node:fs";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Aedes } from "aedes";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openStoreLedger } from "../../../src/daemon/ledger.ts";
import type { StoreLedger } from "../../../src/flows/flows.ts";
import { type HqLine, startHqLine } from "../../../src/hq/line/line.ts";
import { machineClock } from "../../../src/link/run/clock.ts";
import { startUplink, type Uplink } from "../../../src/uplink/uplink.ts";
import { eventually } from "../../support/until.ts";
import { type HqMemory, openHqMemory } from "./memory.ts";

/** HQ's memory on a real clock, with a disk of one millisecond. */
const realTime = {
	...machineClock,
	dice: () => 0.5,
	wall: () => new Date().toISOString(),
	chance: () => false,
	between: (least: number) => least,
	run: async () => {},
};

async function openBroker() {
	const broker = await Aedes.createBroker();
	const sockets = new Set<Socket>();
	const server = createServer((socket) => {
		sockets.add(socket);
		socket.on("close", () => sockets.delete(socket));
		broker.handle(socket);
	});
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	return {
		url: `mqtt://127.0.0.1:${(server.address() as AddressInfo).port}`,
		cutAll: () => sockets.forEach((socket) => socket.destroy()),
		async close() {
			sockets.forEach((socket) => socket.destroy());
			await new Promise<void>((resolve) => broker.close(() => server.close(() => resolve())));
		},
	};
}

describe("a store with a real ledger and HQ, over a real broker", () => {
	const directory = mkdtempSync(join(tmpdir(), "gondola-link-"));
	let broker: Awaited<ReturnType<typeof openBroker>>;
	let ledger: StoreLedger;
	let uplink: Uplink;
	let hq: HqMemory;
	let line: HqLine;

	beforeAll(async () => {
		broker = await openBroker();
		hq = openHqMemory(realTime);
		ledger = await openStoreLedger(directory, () => ({
			wall: new Date().toISOString(),
			boot: "boot1",
			monoMs: performance.now(),
			quality: "synced",
		}));
		await ledger.do("setIdentity", { store: "s1", tenant: "t", inc: 1 });
		line = await startHqLine({ url: broker.url, tenant: "t", store: hq });
		uplink = await startUplink({ ledger, url: broker.url, tenant: "t", store: "s1", build: "test" });
	});

	afterAll(async () => {
		await uplink.stop();
		await line.stop();
		await ledger.close();
		await broker.close();
		rmSync(directory, { recursive: true, force: true });
	});

	it("are connected, and each knows it", async () => {
		await eventually(() => {
			expect(uplink.status()).toMatchObject({ connected: true, state: "talking", refused: null });
			expect(line.status()).toMatchObject({ connected: true, talking: 1 });
		});
	});

	it("bring 10,000 prices down in a few seconds", async () => {
		const from = "2026-01-01T00:00:00.000Z";
		for (let n = 0; n < 10_000; n++) {
			hq.push("catalog", {
				type: "price",
				price: { sku: `sku${n}`, version: 1, kind: "regular", amountMinor: 100 + n, currency: "EUR", from, push: "p1" },
			});
		}
		await eventually(() => expect(hq.down.catalog.acked).toBe(10_000));
		expect(ledger.read.prices.of("sku9999")[0]?.amountMinor).toBe(10_099);
	}, 120_000);

	it("bring facts up once each, in order, though the line is cut on the way", async () => {
		hq.push("catalog", { type: "article", article: { sku: "sku1", name: "Apples", version: 1 } });
		await eventually(() => expect(ledger.read.articles.bySku("sku1")).toBeDefined());
		const movement = (n: number) => ({
			id: `m${n}`,
			sku: "sku1",
			quantity: 1,
			reason: "receive" as const,
			occurredAt: "2026-03-01T08:00:00.000Z",
		});
		const moved = Promise.all(Array.from({ length: 2_000 }, (_, n) => ledger.do("recordMovement", movement(n))));
		await eventually(() => expect(hq.facts.facts.length).toBeGreaterThan(100));
		broker.cutAll();
		await moved;
		await eventually(() => {
			const { last, acked } = ledger.read.link.up("facts");
			expect([acked, hq.positionOf("facts")]).toEqual([last, last]);
			expect(last).toBeGreaterThanOrEqual(2_000);
		});
		const ids = hq.facts.facts.map((fact) => fact.id);
		expect(new Set(ids).size).toBe(ids.length);
		expect(ids.length).toBe(ledger.read.link.up("facts").last);
	}, 120_000);

	it("answer a command once, also when it is asked of nobody", async () => {
		expect(await line.command("s1", "dance", {}, 5_000)).toMatchObject({ code: "unknown-command" });
		expect(await line.command("s2", "dance", {}, 50)).toMatchObject({ code: "no-answer" });
	});
});
