import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PNG } from "pngjs";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { labelModel } from "../../drivers/label/models.ts";
import { createClock } from "../../src/daemon/clock.ts";
import { openStoreLedger } from "../../src/daemon/ledger.ts";
import { createLog } from "../../src/daemon/log.ts";
import { pictureToPng } from "../../src/faces/drawing/png.ts";
import { startDrawing } from "../../src/faces/drawing/pool.ts";
import { type OpenDisplayOptions, tendOpenDisplay } from "../../src/floor/labels/opendisplay/tender.ts";
import type { Tender } from "../../src/floor/tender.ts";
import type { StoreLedger } from "../../src/flows/flows.ts";
import type { VirtualStorePlan } from "../../src/sim/plan.ts";
import { startVirtualStore, type VirtualStore } from "../../src/sim/store.ts";
import { article, price } from "../support/store.ts";
import { until } from "../support/until.ts";

const [red, four, locked] = ["0000D83BDA000001", "0000D83BDA000002", "0000D83BDA000003"] as const;
const masterKey = Uint8Array.from({ length: 16 }, (_, at) => at);
const psk = "f72b0b509ed98c95adae5a4ec940257e";
const usual = { width: 296, height: 128, scheme: 1 as const, refreshMs: 20 };

let folder: string;
let ledger: StoreLedger;
let store: VirtualStore;
let drawing: ReturnType<typeof startDrawing>;
let tender: Tender | undefined;
let version = 0;

async function hang(labels: NonNullable<VirtualStorePlan["opendisplay"]>): Promise<void> {
	store = await startVirtualStore({
		...{
			outDir: join(folder, "store"),
			seed: 1,
			speed: 1,
			checkInEveryMs: 1_000,
			accessPoints: [],
			scanners: [],
			scales: [],
			printers: [],
		},
		...{ articles: [], opendisplay: labels },
	});
}

async function tend(change: Partial<OpenDisplayOptions> = {}): Promise<void> {
	const labels = store.addresses.opendisplay.map(({ number, host, port }) => ({ label: number, host, port }));
	const options = { id: "wall", labels, soleClient: false, silentAfterMinutes: 30, pendingMinutes: 15, ...change };
	tender = tendOpenDisplay(ledger, options, drawing, createLog("silent"));
	await until(() => options.labels.every(({ label }) => ledger.read.labels.get(label)), "the labels are known");
}

async function priceIs(amountMinor: number): Promise<void> {
	version += 1;
	const records = [
		...(version === 1 ? [article("milk", { name: "Vollmilch 3,5 %" })] : []),
		price("milk", version, amountMinor, { from: "2020-01-01T00:00:00.000Z" }),
	];
	const down = { stream: "catalog" as const, epoch: "00000000000000e1", from: (ledger.read.link.dn("catalog")?.position ?? 0) + 1 };
	await ledger.do("acceptDown", { ...down, records: records.map((record) => ({ record })) as never, hash: "f".repeat(32) });
	await ledger.do("activateDue", {});
}

const act = async (number: string, name: string, body: object = {}): Promise<void> => {
	const url = `${store.addresses.control}/opendisplay/${number}/${name}`;
	const answer = await fetch(url, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });
	expect(answer.status).toBe(200);
};
const label = (number: string) => ledger.read.labels.get(number)!;
const alarms = (): string[] => ledger.read.alarms.list().map(({ code, subject }) => `${code} ${subject}`);
const shown = (number: string, amountMinor: number): Promise<void> =>
	until(
		() => label(number).state === "SHOWN" && ledger.read.labels.picture(number, "confirmed")?.amountMinor === amountMinor,
		`${number} shows ${amountMinor}`,
	);
/** The dots of the glass that hangs in the virtual store, and of the picture that the ledger says it shows. */
const dots = (png: Buffer): Buffer => PNG.sync.read(png).data;
const glass = (number: string): Buffer => readFileSync(join(folder, "store/labels", `${number}.png`));
const confirmed = (number: string): Buffer => {
	const kept = ledger.read.labels.picture(number, "confirmed")!;
	return pictureToPng(kept.dataType, kept.bytes, labelModel(kept.hwType)!);
};
const expectGlass = (number: string): void => expect(dots(glass(number)).equals(dots(confirmed(number)))).toBe(true);

beforeEach(async () => {
	folder = mkdtempSync(join(tmpdir(), "gondola-test-"));
	ledger = await openStoreLedger(join(folder, "data"), createClock().now);
	drawing = startDrawing({ workers: 1 });
	version = 0;
});
afterEach(async () => {
	await tender?.stop();
	tender = undefined;
	await store?.stop();
	await drawing.stop();
	await ledger.close();
	rmSync(folder, { recursive: true, force: true });
});

describe("labels of OpenDisplay in the store", () => {
	it("show each price on the glass, in red and yellow, lying panels too, and say so only then", async () => {
		await hang([
			{ ...usual, number: red },
			{ ...usual, number: four, width: 128, height: 296, scheme: 3, turns: 1, unpacks: false },
		]);
		await tend();
		await priceIs(159);
		for (const number of [red, four]) await ledger.do("bindLabel", { label: number, sku: "milk", mustBeKnown: true });
		for (const number of [red, four]) {
			await shown(number, 159);
			expectGlass(number);
		}
		const before = dots(glass(red));
		await priceIs(149);
		await shown(red, 149);
		expectGlass(red);
		expect(dots(glass(red)).equals(before)).toBe(false);
		expect(label(red)).toMatchObject({ batteryMillivolts: 3_950, temperatureCelsius: 21, firmware: 0x0201 });
		const facts = ledger.read.events.after(0, 1_000).filter(({ type }) => type === "label.shown");
		expect(facts.length).toBeGreaterThanOrEqual(3);
		await until(() => alarms().length === 0, "no alarm stands");
	});

	it("over TLS with their key; a gateway without the key, or with another, reaches nobody and says why", async () => {
		await hang([{ ...usual, number: locked, psk }]);
		const { host, port } = store.addresses.opendisplay[0]!;
		await tend({ labels: [{ label: locked, host, port, masterKey }] });
		await priceIs(100);
		await ledger.do("bindLabel", { label: locked, sku: "milk", mustBeKnown: true });
		await shown(locked, 100);
		expectGlass(locked);
		await tender!.stop();
		tender = tendOpenDisplay(
			ledger,
			{
				id: "wall",
				labels: [{ label: locked, host, port, masterKey: new Uint8Array(16) }],
				...{ soleClient: false, silentAfterMinutes: 30, pendingMinutes: 15 },
			},
			drawing,
			createLog("silent"),
		);
		await until(() => alarms().includes(`host-key-refused ${locked}`), "the alarm about the key");
	});

	it("that restart, or that somebody else drew on, are drawn again, and a panel that jams is said so", async () => {
		await hang([{ ...usual, number: red }]);
		await tend();
		await priceIs(200);
		await ledger.do("bindLabel", { label: red, sku: "milk", mustBeKnown: true });
		await shown(red, 200);
		for (const fault of ["reboot", "phone"]) {
			const facts = () => ledger.read.events.after(0, 10_000).filter(({ type }) => type === "label.shown").length;
			const before = facts();
			await act(red, fault, fault === "phone" ? { draws: true } : {});
			if (fault === "phone") await act(red, "phone-gone");
			await until(() => facts() > before, `drawn again after ${fault}`);
			await shown(red, 200);
			expectGlass(red);
		}
		await act(red, "jam", { times: 50 });
		await priceIs(210);
		await until(() => (label(red).sent?.version ?? 0) === label(red).desired?.version, "the new picture was sent");
		expect(label(red).state).toBe("PENDING");
		expect(ledger.read.labels.picture(red, "confirmed")?.amountMinor).toBe(200);
	});

	it("are told apart by their number: another label at the address gets no price", async () => {
		await hang([{ ...usual, number: red }]);
		const { host, port } = store.addresses.opendisplay[0]!;
		tender = tendOpenDisplay(
			ledger,
			{ id: "wall", labels: [{ label: four, host, port }], soleClient: false, silentAfterMinutes: 30, pendingMinutes: 15 },
			drawing,
			createLog("silent"),
		);
		await until(() => alarms().includes(`label-wrong-number ${four}`), "the alarm about the number");
		expect(ledger.read.labels.get(four)).toBeUndefined();
		expect(existsSync(join(folder, "store/labels", `${red}.png`))).toBe(false);
	});

	it("obey one client: another that comes is turned away, and who finds the place taken says so", async () => {
		await hang([{ ...usual, number: red }]);
		await tend();
		const { host, port } = store.addresses.opendisplay[0]!;
		const other = connect({ host, port });
		await new Promise((resolve) => other.on("error", () => {}).once("close", resolve));
		await act(red, "phone", { draws: false });
		await until(() => alarms().includes(`label-in-other-hands ${red}`), "the alarm about the other client");
		await act(red, "phone-gone");
		// A person who presses "restart" need not wait for the next try, half a minute away.
		await tender!.restart();
		await until(() => !alarms().includes(`label-in-other-hands ${red}`), "the end of that alarm");
	});
});
