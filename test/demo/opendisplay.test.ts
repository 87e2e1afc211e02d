/** From a price at head office to the glass of an OpenDisplay label: real programs, and a virtual label on TCP with a key. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PNG } from "pngjs";
import { afterAll, beforeAll, expect, it } from "vitest";
import { parse } from "yaml";
import { startVirtualStore, type VirtualStore } from "../../src/sim/store.ts";
import { type BoxFolder, codeIn, gondola, newBox, type Office, type Running, startOffice } from "../support/processes.ts";
import { eventually, until } from "../support/until.ts";

const number = "0000D83BDA00C0DE";
const key = "000102030405060708090a0b0c0d0e0f";
const psk = "f72b0b509ed98c95adae5a4ec940257e";
let folder: string;
let store: VirtualStore;
let office: Office;
let box: BoxFolder;
let running: Running;
let desk = "";
let token = "";

async function ask<T>(path: string, method = "GET", body?: unknown): Promise<T> {
	const headers = { authorization: `Bearer ${token}`, ...(body !== undefined && { "content-type": "application/json" }) };
	const answer = await fetch(`${desk}/api/v1${path}`, { method, headers, ...(body !== undefined && { body: JSON.stringify(body) }) });
	return (await answer.json()) as T;
}

interface Label {
	state: string;
	proof: string | null;
	model: string | null;
	confirmed: { version: number } | null;
}
const label = (): Promise<Label> => ask<Label>(`/labels/${number}`);

const push = (id: string, amountMinor: number): Promise<Response> =>
	office.ask("/api/v1/pushes", {
		method: "POST",
		headers: { "content-type": "application/json" },
		body: JSON.stringify({
			...{ id, stores: "all" },
			changes: [
				{ sku: "milk", name: "Vollmilch 3,5 %", netContent: "1 l", gtin: "4006381333931", amountMinor, currency: "EUR", kind: "regular" },
			],
		}),
	});

const dots = (png: Uint8Array): Buffer => PNG.sync.read(Buffer.from(png)).data;
const glass = (): Buffer => readFileSync(join(folder, "labels", `${number}.png`));
const preview = async (): Promise<Buffer> => {
	const answer = await fetch(`${desk}/api/v1/labels/${number}/preview.png?of=confirmed`, { headers: { authorization: `Bearer ${token}` } });
	return Buffer.from(await answer.arrayBuffer());
};

beforeAll(async () => {
	folder = mkdtempSync(join(tmpdir(), "gondola-glass-"));
	store = await startVirtualStore({
		...{ outDir: folder, seed: 1, speed: 1, checkInEveryMs: 1_000, accessPoints: [], scanners: [], scales: [], printers: [], articles: [] },
		opendisplay: [{ number, width: 128, height: 296, turns: 1, scheme: 3, psk, refreshMs: 50 }],
	});
	const keyFile = join(folder, "label.key");
	writeFileSync(keyFile, `${key}\n`, { mode: 0o600 });
	const { host, port } = store.addresses.opendisplay[0]!;
	office = await startOffice();
	box = await newBox(
		"0117",
		`devices:\n  - { id: wall, family: label, protocol: opendisplay, labels: [{ label: "D8:3B:DA:00:C0:DE", host: ${host}, port: ${port}, keyFile: ${keyFile} }] }\n`,
	);
	expect(await gondola("config", "check", box.config)).toMatchObject({ code: 0 });
	await box.enroll(codeIn(await office.hq("enroll", "0117")));
	running = await box.run();
	desk = `http://127.0.0.1:${(parse(readFileSync(box.config, "utf8")) as { desk: { port: number } }).desk.port}`;
	token = readFileSync(box.secret("box.token"), "utf8").trim();
}, 180_000);
afterAll(async () => {
	await running?.stop();
	box?.remove();
	await office?.end();
	await store?.stop();
	rmSync(folder, { recursive: true, force: true });
});

it("a price that head office pushes stands on the glass, and the label counts as showing it only by its panel's word", async () => {
	await push("monday", 139);
	await until(async () => (await ask<{ amountMinor?: number }>("/prices/milk")).amountMinor === 139, "Monday's price");
	await until(async () => typeof (await label()).model === "string", "the label has told its panel");
	expect((await label()).model).toBe("OpenDisplay 296x128 BWRY");
	await ask(`/labels/${number}`, "PUT", { sku: "milk" });
	await eventually(async () => expect(await label()).toMatchObject({ state: "SHOWN", proof: "drawn" }));
	const monday = dots(glass());
	await eventually(async () => expect(monday.equals(dots(await preview()))).toBe(true));

	const { confirmed } = await label();
	await push("tuesday", 119);
	await until(async () => ((await label()).confirmed?.version ?? 0) > (confirmed?.version ?? 1), "the label shows Tuesday's price");
	expect(dots(glass()).equals(monday)).toBe(false);
	await eventually(async () => expect(dots(glass()).equals(dots(await preview()))).toBe(true));
	const facts = (await ask<{ items: { type: string; amountMinor?: number; proof?: string }[] }>("/events?type=label.shown")).items;
	// A link that a busy machine lost is proved anew, by another fact of the same price.
	const told = facts.map(({ amountMinor, proof }) => `${amountMinor} ${proof}`);
	expect(told.filter((fact, at) => fact !== told[at - 1])).toEqual(["139 drawn", "119 drawn"]);
}, 180_000);

it("a key file that others may read, or that holds no key, is refused before the store opens", async () => {
	const wrong = join(folder, "wrong.key");
	writeFileSync(wrong, "not a key\n", { mode: 0o600 });
	const config = join(folder, "wrong.yaml");
	writeFileSync(config, readFileSync(box.config, "utf8").replace(/keyFile: [^ ]+/, `keyFile: ${wrong}`));
	const said = await gondola("config", "check", config);
	expect(said.code).toBe(1);
	expect(said.err).toMatch(/devices\.0\.labels\.0\.keyFile names .*wrong\.key, which does not hold a label's key of 32 hex digits/);
});
