import { fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createClock } from "../../../src/daemon/clock.ts";
import { openStoreLedger } from "../../../src/daemon/ledger.ts";
import { tendFiscal } from "../../../src/floor/fiscal.ts";
import { startFiscalDevice, type VirtualFiscalDevice } from "../../../src/sim/fiscal.ts";
import { article, fromHq, openTestStore, price, type TestStore } from "../../support/store.ts";
import { until } from "../../support/until.ts";

let store: TestStore;
let device: VirtualFiscalDevice;
beforeEach(async () => {
	store = openTestStore();
	store.do("setIdentity", { store: "own", tenant: "t" });
	fromHq(store, "catalog", [article("100"), price("100", 1, 400)]);
	store.do("activateDue", {});
	store.do("recordDevice", { id: "printer-1", family: "printer", protocol: "esc-pos", address: "x", state: "well" });
	device = await startFiscalDevice({ serial: "PRACTICE-1", file: join(store.directory, "device.journal") });
});
afterEach(async () => {
	await device.stop();
	store.close();
});

const quiet = { info() {}, warn() {}, error() {} };
const optionsOf = (waitSeconds: number) => ({
	...({ id: "fiscal", family: "fiscal", protocol: "gondola-fiscal", host: device.host, tcpPort: device.port() } as const),
	...{ waitSeconds, offlineHours: 48, silentAfterMs: 12_000 },
});
const events = (type: string) => store.book.events.after(0, 100_000).filter((event) => event.type === type) as unknown as never[];

/** Lets a process settle from `first` on, and kills it once the device has signed so many more. Answers the last one acknowledged. */
async function workAndKill(first: number, many: number): Promise<number> {
	const before = device.signed().length;
	const args = [JSON.stringify([store.directory, device.port(), first])];
	const child = fork(join(import.meta.dirname, "fiscal-child.ts"), args, { execArgv: ["--no-warnings"] });
	let last = first - 1;
	child.on("message", (n) => {
		last = n as number;
	});
	await until(() => device.signed().length >= before + many, "signed by the device");
	const died = once(child, "exit");
	child.kill("SIGKILL");
	await died;
	return last;
}

/** A gateway that was started again, until everything is decided. */
async function catchUp(waitSeconds: number, isDone: () => boolean): Promise<void> {
	const ledger = await openStoreLedger(store.directory, createClock().now);
	const { waitSeconds: wait, offlineHours } = optionsOf(waitSeconds);
	await ledger.do("keepFiscal", { rules: { device: "fiscal", waitSeconds: wait, offlineHours } });
	const tender = tendFiscal(ledger, optionsOf(waitSeconds), quiet);
	await until(() => isDone(), "everything decided");
	await tender.stop();
	await ledger.close();
}

describe("a box that is killed between a sale and its signature", () => {
	it("loses no sale and has none signed or printed twice, also where the device signed and was not heard", async () => {
		let next = 1;
		for (let round = 0; round < 4; round += 1) {
			// The device signs, and the kill comes before its answer is on disk.
			device.slow(round % 2 === 0 ? 0 : 5);
			const acknowledged = await workAndKill(next, 4 + round * 3);
			device.slow(0);
			store.reopen();
			const open = () => store.book.fiscal.list({ after: "", limit: 1_000, open: true });
			await catchUp(30, () => open().length === 0);
			const sales = (events("sale.recorded") as { sale: string }[]).map(({ sale }) => sale);
			expect(new Set(sales).size).toBe(sales.length);
			for (let n = 1; n <= acknowledged; n += 1) expect(sales).toContain(`s${n}`);
			const signed = (events("fiscal.signed") as { reference: string; number: number; late?: true }[]).filter(({ late }) => !late);
			expect(signed.map(({ reference }) => reference).sort()).toEqual([...sales].sort());
			expect(new Set(signed.map(({ number }) => number)).size).toBe(sales.length);
			// The device's own journal is the same story.
			expect(device.signed()).toHaveLength(sales.length);
			const queued = (events("receipt.queued") as { job: string }[]).map(({ job }) => job);
			expect(queued.sort()).toEqual(sales.map((sale) => `receipt-till-1-${sale}`).sort());
			for (const { job } of events("receipt.queued") as { job: string }[])
				expect(store.book.jobs.get(job)!.document).toMatch(/PRACTICE\\-[0-9a-f]{23}\n[0-9a-f]+\n/);
			next = acknowledged + 2;
			if (!sales.includes(`s${acknowledged + 1}`)) next -= 1;
		}
	}, 240_000);
});

describe("a fiscal device on the network", () => {
	const settle = (n: number): string => {
		store.do("openBasket", { id: `b${n}`, till: "till-1" });
		store.do("addToBasket", { basket: `b${n}`, code: "100" });
		return store.do("settleBasket", { basket: `b${n}`, id: `s${n}` }).fiscal!.id;
	};
	const stateOf = (id: string) => store.book.fiscal.get(id)!.view;

	it("that signs and is not heard leaves paper without a code, and gives the same signature later", async () => {
		store.do("keepFiscal", { rules: { device: "fiscal", waitSeconds: 1, offlineHours: 48 } });
		const id = settle(1);
		device.deaf(true);
		await catchUp(1, () => stateOf(id).state === "missing");
		expect(stateOf(id).why).toBe("silent");
		device.deaf(false);
		await catchUp(1, () => stateOf(id).state === "signed");
		expect(stateOf(id)).toMatchObject({ late: true, signature: { serial: "PRACTICE-1", practice: true } });
		expect(events("receipt.queued")).toHaveLength(1);
		expect(device.signed()).toMatchObject([{ number: 1, code: stateOf(id).signature!.code }]);
	}, 120_000);

	it("that is off is waited for once, then each slip goes at once; switched on, it signs everything in order", async () => {
		store.do("keepFiscal", { rules: { device: "fiscal", waitSeconds: 1, offlineHours: 48 } });
		const ids = [settle(1), settle(2)];
		await device.switchOff();
		await catchUp(1, () => ids.every((id) => stateOf(id).state === "missing"));
		expect(stateOf(ids[0]!).why).toBe("away");
		await device.switchOn();
		await catchUp(1, () => ids.every((id) => stateOf(id).state === "signed"));
		expect(device.signed().map((each) => each.id)).toEqual(ids);
	}, 120_000);

	it("that refuses is not asked again before a person says so", async () => {
		store.do("keepFiscal", { rules: { device: "fiscal", waitSeconds: 5, offlineHours: 48 } });
		const id = settle(1);
		device.refuse("no-certificate");
		await catchUp(5, () => stateOf(id).state === "refused");
		expect(stateOf(id)).toMatchObject({ why: "refused", detail: "no-certificate" });
		device.refuse(undefined);
		store.reopen();
		store.do("retryFiscal", { id });
		await catchUp(5, () => stateOf(id).state === "signed");
	}, 120_000);
});
