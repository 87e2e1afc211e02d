import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PNG } from "pngjs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { get, post, type RunningDemo, startDemo } from "../support/demo.ts";
import { eventually } from "../support/until.ts";

/** A store as a newcomer starts it, looked at only through its public doors. */
const data = mkdtempSync(join(tmpdir(), "gondola-demo-"));
let demo: RunningDemo;
beforeAll(async () => {
	demo = await startDemo(data, ["--speed", "20"]);
}, 120_000);
afterAll(async () => {
	await demo.stop();
	rmSync(data, { recursive: true, force: true, maxRetries: 5 });
}, 120_000);

interface Label {
	id: string;
	sku: string;
	state: string;
	desired: { version: number };
	confirmed: { version: number } | null;
}
interface PushStatus {
	changes: number;
	stores: { store: string; sent: number; stored: number; active: number; shown: number; unlabelled: number; failed: number }[];
}
const labels = async (): Promise<Label[]> => (await get<{ items: Label[] }>(demo.cockpit, "/api/v1/labels?limit=100")).items;
const allShown = () =>
	eventually(async () => {
		const all = await labels();
		expect(all.length).toBe(48);
		expect(all.filter((label) => label.state !== "SHOWN")).toEqual([]);
		return all;
	});
/** A few cents more for each: within what guard rails let pass. */
const changesOf = (shown: readonly Label[], cents: number) =>
	Promise.all(
		shown.map(async ({ sku }) => {
			const { amountMinor } = await get<{ amountMinor: number }>(demo.cockpit, `/api/v1/prices/${sku}`);
			return { sku, amountMinor: amountMinor + cents, currency: "EUR", kind: "regular" };
		}),
	);
function isChild(pid: string, parent: number, program: string): boolean {
	try {
		const line = readFileSync(`/proc/${pid}/cmdline`, "utf8");
		return line.includes(program) && readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]!.split(" ")[1] === String(parent);
	} catch {
		return false;
	}
}
const pixels = (png: Buffer): Buffer => PNG.sync.read(png).data;

describe("a demo store", () => {
	it("shows on every label what the till would charge, pixel by pixel as the label itself has it", async () => {
		const shown = await allShown();
		for (const label of shown.slice(0, 8)) {
			const preview = Buffer.from(await (await fetch(new URL(`/api/v1/labels/${label.id}/preview.png`, demo.cockpit))).arrayBuffer());
			await eventually(() => {
				const glass = readFileSync(join(data, "virtual-store", "labels", `${label.id}.png`));
				expect(pixels(preview).equals(pixels(glass)), `label ${label.id}`).toBe(true);
			});
		}
	}, 120_000);

	it("brings a push of prices to the shelf and tells head office: stored, active, shown", async () => {
		const shown = await allShown();
		const changes: object[] = await changesOf(shown, 7);
		changes.push({ sku: "no-label-1", name: "Without a label", amountMinor: 500, currency: "EUR", kind: "regular" });
		const sent = await post<{ accepted: number }>(demo.hq, "/api/v1/pushes", { id: "push-1", stores: "all", changes });
		expect(sent).toMatchObject({ status: 202, body: { accepted: 49 } });
		await eventually(async () => {
			const { stores } = await get<PushStatus>(demo.hq, "/api/v1/pushes/push-1");
			expect(stores[0]).toMatchObject({ store: "demo", sent: 49, stored: 49, active: 49, shown: 48, unlabelled: 1, failed: 0 });
		});
		const price = await get<{ amountMinor: number; unitPrice: unknown }>(demo.cockpit, `/api/v1/prices/${shown[7]!.sku}`);
		expect(price.amountMinor).toBe((changes[7] as { amountMinor: number }).amountMinor);
		expect(price.unitPrice).not.toBeNull();
		expect(await post(demo.hq, "/api/v1/pushes", { id: "push-1", stores: "all", changes })).toMatchObject({ body: { accepted: 49 } });
	}, 120_000);

	it("keeps stock equal with head office while shoppers buy", async () => {
		const { items } = await get<{ items: { type: string }[] }>(demo.cockpit, "/api/v1/events?after=0&limit=500");
		expect(items.length).toBeGreaterThan(0);
		const id = "count-1";
		expect(
			(
				await post(demo.cockpit, "/api/v1/stock/movements", {
					id,
					sku: "1043",
					quantity: 17,
					reason: "count",
					occurredAt: new Date().toISOString(),
				})
			).status,
		).toBe(201);
		expect(
			(
				await post(demo.cockpit, "/api/v1/stock/movements", {
					id,
					sku: "1043",
					quantity: 17,
					reason: "count",
					occurredAt: new Date().toISOString(),
				})
			).status,
		).toBe(200);
		await eventually(async () => {
			const here = await get<{ onHand: number }>(demo.cockpit, "/api/v1/stock/1043");
			const there = await get<{ onHand: number }>(demo.hq, "/api/v1/stores/demo/stock/1043");
			expect(there.onHand).toBe(here.onHand);
		});
	}, 120_000);

	it("prints a receipt when the printer says so, and once", async () => {
		const job = { id: "receipt-a", document: "^^^Račun\n{width:*,10}\nČaj 茶 | 1.79\n" };
		expect((await post(demo.cockpit, "/api/v1/print-jobs", job)).status).toBe(201);
		expect((await post(demo.cockpit, "/api/v1/print-jobs", job)).status).toBe(200);
		await eventually(async () => expect(await get(demo.cockpit, "/api/v1/print-jobs/receipt-a")).toMatchObject({ state: "printed" }));
	}, 120_000);

	it("starts head office again when it dies, with the same rights for whoever looks at the demo", async () => {
		const own = readdirSync("/proc").filter((pid) => /^\d+$/.test(pid) && isChild(pid, demo.process.pid!, "hq-process"));
		expect(own.length).toBe(1);
		process.kill(Number(own[0]), "SIGKILL");
		await eventually(async () => expect((await fetch(new URL("/healthz", demo.hq))).status).toBe(200));
		expect(await get<{ items: object[] }>(demo.hq, "/api/v1/stores")).toMatchObject({ items: [{ id: "demo" }] });
	}, 120_000);

	it("goes on after kill -9 in the middle of a push: head office's counts complete and no fact is doubled", async () => {
		const shown = await allShown();
		const changes = await changesOf(shown, 11);
		await post(demo.hq, "/api/v1/pushes", { id: "push-2", stores: "all", changes });
		await eventually(async () => {
			const { stores } = await get<PushStatus>(demo.hq, "/api/v1/pushes/push-2");
			expect(stores[0]!.active).toBeGreaterThan(0);
		});
		await demo.kill();
		demo = await startDemo(data, ["--speed", "20"]);
		await eventually(async () => {
			const { stores } = await get<PushStatus>(demo.hq, "/api/v1/pushes/push-2");
			expect(stores[0]).toMatchObject({ sent: 48, stored: 48, active: 48, shown: 48, failed: 0 });
		});
		const facts: { id: string; seq: number; type: string; sku?: string; version?: number }[] = [];
		for (let after = 0; ; ) {
			const page = await get<{ items: typeof facts; next?: number }>(demo.hq, `/api/v1/stores/demo/facts?after=${after}`);
			facts.push(...page.items);
			if (page.next === undefined || page.next === null) break;
			after = page.next;
		}
		expect(new Set(facts.map((fact) => fact.id)).size).toBe(facts.length);
		const activated = facts.filter((fact) => fact.type === "price.activated").map((fact) => `${fact.sku} ${fact.version}`);
		expect(new Set(activated).size).toBe(activated.length);
	}, 120_000);
});
