/** The configuration over HTTP, on a real file: comments, faults by field, two people at once, versions, secrets, rights, actors. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { openDirectory } from "../../src/access/directory.ts";
import { parseConfig } from "../../src/config/load.ts";
import { deskSettings } from "../../src/daemon/desk-settings.ts";
import type { AuditEntry } from "../../src/desk/ledger-view.ts";
import { buildDesk } from "../../src/desk/server.ts";
import { memoryRecords } from "./access.ts";
import { deskOptions } from "./options.ts";

const folder = mkdtempSync(join(tmpdir(), "gondola-settings-"));
mkdirSync(join(folder, "data"), { mode: 0o700 });
const file = join(folder, "gondola.yaml");
const original = `# our shop
store: "0310" # as on the door
data: ${folder}/data
desk: { port: 8081 } # behind the counter
devices:
  # the one at the counter
  - { id: scale-1, family: scale, protocol: mt-sics, port: /dev/ttyUSB0 }
`;
const audited: AuditEntry[] = [];
const secretOf = (role: string): string => `the long token of ${role}`;
const directory = openDirectory({
	site: "gateway",
	repository: memoryRecords(),
	fixedTokens: ["technician", "supervisor", "clerk"].map((role) => ({ name: `mara-${role}`, roles: [role], secret: secretOf(role) })),
});
const desks: Awaited<ReturnType<typeof buildDesk>>[] = [];
async function open(source: Parameters<typeof deskSettings>[0] = { file }): Promise<void> {
	const text = "text" in source ? source.text : readFileSync(source.file, "utf8");
	const settings = deskSettings(source, parseConfig(text));
	desks.push(await buildDesk(deskOptions({ access: { directory }, settings, audit: (entry) => void audited.push(entry) })));
}
beforeEach(async () => {
	rmSync(`${file}.versions.json`, { force: true });
	writeFileSync(file, original, { mode: 0o640 });
	audited.length = 0;
	await open();
});
afterAll(async () => {
	await Promise.all(desks.map((desk) => desk.stop()));
	rmSync(folder, { recursive: true, force: true });
});

async function ask(method: "GET" | "POST" | "PUT", path: string, body?: object, role = "technician", language = "en") {
	const answer = await desks.at(-1)!.app.inject({
		method,
		url: `/api/v1/settings${path}`,
		headers: { host: "127.0.0.1", authorization: `Bearer ${secretOf(role)}`, "accept-language": language },
		...(body && { payload: body }),
	});
	return { status: answer.statusCode, body: answer.json() };
}
const revision = async (): Promise<string> => (await ask("GET", "")).body.revision;
const text = (): string => readFileSync(file, "utf8");

describe("the settings", () => {
	it("are read with text, fields, defaults and descriptions", async () => {
		const { body } = await ask("GET", "", undefined, "supervisor");
		expect(body).toMatchObject({ file, text: original, faults: [], restart: [], whyNot: null, version: { n: 1, what: "as it was found" } });
		const fields = body.sections.flatMap((each: { fields: object[] }) => each.fields);
		expect(fields).toContainEqual(expect.objectContaining({ path: "desk.port", kind: "number", value: 8081, usual: 8080 }));
		expect(fields).toContainEqual(expect.objectContaining({ path: "replica.mode", kind: "choice", choices: ["async", "sync"] }));
		const scale = body.sections.find(({ name }: { name: string }) => name === "devices").entries[0];
		expect(scale).toMatchObject({ path: "devices.scale-1", name: "scale-1" });
		expect(scale.fields).toContainEqual(expect.objectContaining({ path: "devices.scale-1.port", value: "/dev/ttyUSB0" }));
	});

	it("are changed with comments, mode and everything else kept; the fact names who did it", async () => {
		const edits = [
			{ path: "desk.port", value: 8082 },
			{ path: "devices.scale-1.port", value: "/dev/gondola/scale" },
			{ path: "devices", add: "# by the door\nid: scanner-1\nfamily: scanner\nport: /dev/ttyACM0\n" },
		];
		const { body: check } = await ask("POST", "/check", { edits });
		expect(check).toMatchObject({ faults: [], restart: ["desk", "devices"] });
		expect(check.diff.filter(({ kind }: { kind: string }) => kind === "added").map((each: { text: string }) => each.text)).toContain(
			"desk: { port: 8082 } # behind the counter",
		);
		expect(text()).toBe(original);
		const { status, body } = await ask("PUT", "", { revision: await revision(), edits });
		expect([status, body.isChanged, body.restart]).toEqual([200, true, ["desk", "devices"]]);
		expect(text()).toContain("# our shop\n");
		expect(text()).toContain(
			"  # the one at the counter\n  - { id: scale-1, family: scale, protocol: mt-sics, port: /dev/gondola/scale }\n",
		);
		expect(text()).toContain("id: scanner-1");
		expect(statSync(file).mode & 0o777).toBe(0o640);
		expect(audited).toEqual([
			{
				what: "config-set",
				by: expect.objectContaining({ kind: "token", name: "mara-technician" }),
				subject: "desk.port = 8082, devices.scale-1.port = /dev/gondola/scale, devices: one more",
			},
		]);
		expect((await ask("GET", "/versions")).body.items).toMatchObject([
			{ n: 2, by: "mara-technician", isCurrent: true },
			{ n: 1, what: "as it was found", isCurrent: false },
		]);
		expect(await revision()).toBe(body.revision);
	});

	it("leave every other line as somebody wrote it, with its spaces and quotes", async () => {
		const odd = `store:   '0310'\ndata: ${folder}/data\ndesk:\n    names:   [a.example,b.example]   # two\n    port: 8081\nlocale: "hr"\n`;
		writeFileSync(file, odd);
		await ask("PUT", "", { revision: await revision(), edits: [{ path: "desk.port", value: 8085 }] });
		expect(text()).toBe(odd.replace("8081", "8085"));
		const flat = `store: s\ndata: ${folder}/data\ndevices:\n# the first\n- {id: a, family: scanner, port: /dev/a}\n- {id: b,  family: scanner, port: /dev/b}\n`;
		writeFileSync(file, flat);
		await ask("PUT", "", { revision: await revision(), edits: [{ path: "devices.a.port", value: "/dev/c" }] });
		expect(text()).toBe(flat.replace("/dev/a", "/dev/c"));
	});

	it("take a setting out, and a list's entry", async () => {
		await ask("PUT", "", { revision: await revision(), edits: [{ path: "desk.port", remove: true }] });
		expect(text()).not.toContain("desk");
		await ask("PUT", "", { revision: await revision(), edits: [{ path: "devices[0]", remove: true }] });
		expect(text()).not.toContain("scale-1");
	});

	it.each([
		["a setting that does not exist", [{ path: "desk.prot", value: 1 }], "desk.prot", 'did you mean "port"'],
		["a value of another kind", [{ path: "desk.port", value: "blue" }], "desk.port", "must be a number, not text"],
		["a value out of bounds", [{ path: "limits.ledgerMegabytes", value: 1 }], "limits.ledgerMegabytes", "at least 64"],
		["a file that is not there", [{ path: "desk.tokenFile", value: "/nowhere/t" }], "desk.tokenFile", "does not exist"],
		["what contradicts another setting", [{ path: "broker.port", value: 8081 }], "", "so is desk.port"],
		["a password in an address", [{ path: "hq.url", value: "mqtts://u:hunter2@hq.example" }], "hq.url", "carries a password"],
		["a shelf on no scale", [{ path: "shelves", add: "{ id: s, scale: scale-2, sku: m }" }], "shelves.s.scale", "scale-1"],
		["what is no YAML", [{ path: "shelves", yaml: "[" }], "shelves", ""],
		["what is no path", [{ path: "desk..port", value: 1 }], null, "is no setting"],
		["a path below a value", [{ path: "store.x", value: 1 }], "store.x", "cannot stand there"],
		["a way into the program", [{ path: "__proto__.polluted", value: 1 }], null, ""],
	])("refuse %s with the field's name, and write nothing", async (_, edits, path, message) => {
		const before = await revision();
		const saved = await ask("PUT", "", { revision: before, edits });
		expect([saved.status, saved.body.code]).toEqual([400, "settings-wrong"]);
		if (path) expect(saved.body.errors).toContainEqual({ path, message: expect.stringContaining(message) });
		else expect(saved.body.detail + JSON.stringify(saved.body.errors ?? [])).toContain(message);
		expect([text(), audited]).toEqual([original, []]);
		expect(await revision()).toBe(before);
		expect(Object.prototype).not.toHaveProperty("polluted");
		expect(JSON.stringify(saved.body)).not.toContain("hunter2");
	});

	it.each([
		[{}, "revision"],
		[{ revision: "x" }, "body"],
		[{ revision: "x", edits: [], text: "store: x" }, "edits"],
		[{ revision: "x", edits: [{ path: "locale" }] }, "edits.0"],
		[{ revision: "x", edits: [{ path: "locale", value: "hr", remove: true }] }, "edits.0"],
		[{ revision: "x", edits: [{ path: "locale", value: { a: 1 } }] }, "edits.0.value"],
		[{ revision: "x", edits: [{ path: "locale", vlaue: "hr" }] }, "edits.0.vlaue"],
	])("refuse the request %j by the name of its field", async (body, path) => {
		const { status, body: said } = await ask("PUT", "", body);
		expect([status, said.errors.map((each: { path: string }) => each.path)]).toEqual([400, expect.arrayContaining([path])]);
	});

	it("say in Chinese what kind of refusal it is", async () => {
		const edits = [{ path: "desk.port", value: "blue" }];
		const { body } = await ask("PUT", "", { revision: await revision(), edits }, "technician", "zh-CN");
		expect(body.title).toBe("设置不正确");
	});

	it("are not overwritten by a second person who read them earlier, also where the first used an editor", async () => {
		const read = await revision();
		const first = await ask("PUT", "", { revision: read, edits: [{ path: "desk.port", value: 8090 }] });
		const second = await ask("PUT", "", { revision: read, edits: [{ path: "locale", value: "hr" }] });
		expect([first.status, second.status, second.body.code]).toEqual([200, 409, "settings-moved"]);
		expect(text()).not.toContain("hr");
		const later = await revision();
		writeFileSync(file, `${text()}locale: de\n`);
		expect((await ask("POST", "/undo", { revision: later })).body.code).toBe("settings-moved");
		expect(text()).toContain("locale: de");
		// An entry is known by its id, a new one is added: what somebody else put before them makes no difference after reading again.
		writeFileSync(file, original.replace("devices:\n", "devices:\n  - { id: scanner-9, family: scanner, port: /dev/null }\n"));
		const edits = [
			{ path: "devices", add: "{ id: scanner-8, family: scanner, port: /dev/zero }" },
			{ path: "devices.scale-1.port", value: "/dev/ttyUSB7" },
		];
		expect((await ask("PUT", "", { revision: await revision(), edits })).status).toBe(200);
		for (const line of ["id: scanner-9, family: scanner, port: /dev/null", "mt-sics, port: /dev/ttyUSB7", "id: scanner-8"])
			expect(text()).toContain(line);
		// Both at the same moment: one is taken, one is told.
		const now = await revision();
		const both = await Promise.all(["hr", "en"].map((value) => ask("PUT", "", { revision: now, edits: [{ path: "locale", value }] })));
		expect(both.map(({ status }) => status).sort()).toEqual([200, 409]);
	});

	it("go back, version by version, and say before what that changes", async () => {
		await ask("PUT", "", { revision: await revision(), edits: [{ path: "locale", value: "hr" }] });
		await ask("PUT", "", { revision: await revision(), edits: [{ path: "locale", value: "de" }] });
		expect((await ask("GET", "/versions/1")).body.diff).toContainEqual({ kind: "removed", line: 8, text: "locale: de" });
		const back = await ask("POST", "/undo", { revision: await revision() });
		expect([back.status, back.body.version, text().includes("locale: hr")]).toEqual([200, 2, true]);
		await ask("POST", "/undo", { revision: await revision(), version: 1 });
		expect(text()).toBe(original);
		expect((await ask("POST", "/undo", { revision: await revision() })).body.code).toBe("settings-version-unknown");
		expect(await ask("GET", "/versions/77")).toMatchObject({ status: 404, body: { code: "settings-version-unknown" } });
		expect(audited.map(({ what }) => what)).toEqual(["config-set", "config-set", "config-undo", "config-undo"]);
	});

	it("keep the last 20 versions", async () => {
		for (let port = 9_000; port < 9_024; port += 1)
			await ask("PUT", "", { revision: await revision(), edits: [{ path: "desk.port", value: port }] });
		const { items } = (await ask("GET", "/versions")).body;
		expect([items.length, items[0].n, items.at(-1).n]).toEqual([20, 25, 6]);
	});

	it("are edited as a whole text, too, and what is the same makes no version and no fact", async () => {
		const saved = await ask("PUT", "", { revision: await revision(), text: `${original}locale: hr # the owner's\n` });
		expect(saved.body).toMatchObject({ isChanged: true, what: "edited as text: locale" });
		expect(text()).toBe(`${original}locale: hr # the owner's\n`);
		const same = await ask("PUT", "", { revision: await revision(), text: text() });
		expect([same.body.isChanged, audited.length]).toEqual([false, 1]);
		expect((await ask("PUT", "", { revision: await revision(), text: "store: [" })).body.code).toBe("settings-wrong");
	});

	it("show no secret that somebody wrote into the file, and never write its mark over it", async () => {
		writeFileSync(file, `${original}# the password is hunter2\nhq: { url: "mqtts://box:hunter2@hq.example", password: hunter2 }\n`);
		const read = JSON.stringify((await ask("GET", "", undefined, "supervisor")).body);
		expect(read).not.toContain("hunter2");
		expect(read).toContain("••••");
		const shown = (await ask("GET", "")).body.text;
		expect((await ask("PUT", "", { revision: await revision(), text: shown })).body.code).toBe("settings-wrong");
		expect(text()).toContain("hunter2");
		const check = await ask("POST", "/check", { edits: [{ path: "hq", remove: true }] });
		expect(JSON.stringify(check.body)).not.toContain("hunter2");
		const taken = await ask("PUT", "", { revision: await revision(), edits: [{ path: "hq", remove: true }] });
		const undone = await ask("POST", "/undo", { revision: await revision() });
		expect([taken.status, Object.keys(taken.body).sort()]).toEqual([200, ["isChanged", "restart", "revision", "version", "what"]]);
		expect(
			JSON.stringify([taken, undone, audited, (await ask("GET", "/versions")).body, (await ask("GET", "/versions/1")).body]),
		).not.toContain("hunter2");
	});

	it("are read by a supervisor, changed by a technician only, and closed to a clerk", async () => {
		const body = { revision: await revision(), edits: [{ path: "locale", value: "hr" }] };
		const statuses = async (role: string) => [
			(await ask("GET", "", undefined, role)).status,
			(await ask("GET", "/versions", undefined, role)).status,
			(await ask("POST", "/check", { edits: body.edits }, role)).status,
			(await ask("PUT", "", body, role)).status,
			(await ask("POST", "/undo", { revision: body.revision }, role)).status,
		];
		expect(await statuses("clerk")).toEqual([403, 403, 403, 403, 403]);
		expect(await statuses("supervisor")).toEqual([200, 200, 403, 403, 403]);
		expect(text()).toBe(original);
	});

	it("of the demo, which makes its own, are shown and tried, and not saved", async () => {
		await open({ text: original });
		const { body } = await ask("GET", "");
		expect(body).toMatchObject({ file: null, version: null, whyNot: expect.stringContaining("demo") });
		const edits = [{ path: "desk.port", value: 9 }];
		expect((await ask("POST", "/check", { edits })).body).toMatchObject({ faults: [], restart: ["desk"] });
		expect(await ask("PUT", "", { revision: body.revision, edits })).toMatchObject({
			status: 409,
			body: { code: "settings-not-writable" },
		});
	});
});
