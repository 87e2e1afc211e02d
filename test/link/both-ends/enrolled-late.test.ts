import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startLineBroker } from "../../../src/broker/line-broker.ts";
import { openStoreLedger } from "../../../src/daemon/ledger.ts";
import type { StoreLedger } from "../../../src/flows/flows.ts";
import { type Hq, startHq } from "../../../src/hq/service.ts";
import { startUplink, type Uplink } from "../../../src/uplink/uplink.ts";
import { post } from "../../support/demo.ts";
import { eventually } from "../../support/until.ts";

describe("a store that was switched on before it was enrolled", () => {
	const directory = mkdtempSync(join(tmpdir(), "gondola-enroll-"));
	let broker: Awaited<ReturnType<typeof startLineBroker>>;
	let hq: Hq;
	let ledger: StoreLedger;
	let uplink: Uplink;
	beforeAll(async () => {
		broker = await startLineBroker({ host: "127.0.0.1", port: 0 });
		hq = await startHq({ port: 0, brokerUrl: broker.url, tenant: "t" });
		ledger = await openStoreLedger(directory, () => ({
			wall: new Date().toISOString(),
			boot: "b",
			monoMs: Math.round(performance.now()),
			quality: "synced",
		}));
		await ledger.do("setIdentity", { store: "late", tenant: "t", inc: 1 });
		uplink = await startUplink({ ledger, url: broker.url, tenant: "t", store: "late", build: "test" });
	});
	afterAll(async () => {
		await uplink.stop();
		await ledger.close();
		await hq.stop();
		await broker.stop();
		rmSync(directory, { recursive: true, force: true });
	});

	it("is taken in within seconds of being enrolled, and gets its prices", async () => {
		await eventually(() => expect(uplink.status().refused).toBe("unknown"));
		await post(hq.url, "/api/v1/stores", { id: "late" });
		await post(hq.url, "/api/v1/pushes", {
			id: "p1",
			stores: ["late"],
			changes: [{ sku: "a1", name: "Tea", amountMinor: 129, currency: "EUR", kind: "regular" }],
		});
		await eventually(() => expect(ledger.read.prices.of("a1")).toHaveLength(1));
		expect(uplink.status()).toMatchObject({ connected: true, refused: null });
	});
});
