/** The real programs: an approver's passkey releases what guard rails hold, and an enrolled box takes no release without it. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { authenticator } from "../../support/authenticator.ts";
import { type BoxFolder, codeIn, newBox, type Office, type Running, startOffice } from "../../support/processes.ts";
import { eventually } from "../../support/until.ts";

let office: Office;
let box: BoxFolder;
let running: Running | undefined;
let site: string;
let vera: string;
const device = authenticator(() => site);
const otto = authenticator(() => site);
const tokens = new Map<string, string>();

async function send(method: string, path: string, body: unknown, as: { cookie: string } | { token: string }) {
	const headers = {
		...("cookie" in as ? { cookie: as.cookie } : { authorization: `Bearer ${as.token}` }),
		...(body !== undefined && { "content-type": "application/json" }),
	};
	const answer = await fetch(site + path, { method, headers, ...(body !== undefined && { body: JSON.stringify(body) }) });
	return {
		status: answer.status,
		cookie: answer.headers.get("set-cookie")?.split(";")[0] ?? "",
		body: JSON.parse((await answer.text()) || "{}") as Record<string, never>,
	};
}
const signedIn = async (name: string): Promise<{ cookie: string }> => {
	const { cookie } = await send("POST", "/api/v1/sessions", { name, password: "shelves are counted at dawn" }, { cookie: "" });
	return { cookie };
};
const by = (role: string) => ({ token: tokens.get(role)! });
const push = (id: string, amountMinor: number) =>
	send(
		"POST",
		"/api/v1/pushes",
		{ id, stores: "all", changes: [{ sku: "milk", name: "Milk", amountMinor, currency: "EUR" }] },
		by("pricer"),
	);
const release = (id: string, as: { cookie: string } | { token: string }, approval?: object) =>
	send("POST", `/api/v1/pushes/${id}/release`, approval ? { approval } : {}, as);
const offer = (id: string, as: { cookie: string } | { token: string }) => send("POST", `/api/v1/pushes/${id}/release/options`, {}, as);

beforeAll(async () => {
	office = await startOffice();
	site = office.url.replace("127.0.0.1", "localhost");
	for (const role of ["pricer", "approver"]) tokens.set(role, (await office.hq("token", "add", role, "--role", role)).out.trim());
	const password = join(office.folder, "password");
	writeFileSync(password, "shelves are counted at dawn", { mode: 0o600 });
	for (const [name, role] of [
		["vera", "approver"],
		["otto", "operator"],
	] as const)
		expect(await office.hq("user", "add", name, "--role", role, "--password-file", password)).toMatchObject({
			err: expect.stringContaining(`${name} is a`),
			code: 0,
		});
	vera = (await signedIn("vera")).cookie;
	box = await newBox("0117");
	expect((await box.enroll(codeIn(await office.hq("enroll", "0117")))).code).toBe(0);
}, 120_000);
afterAll(async () => {
	await running?.stop();
	box?.remove();
	await office?.end();
}, 60_000);

describe("approvers", { timeout: 120_000 }, () => {
	it("are named beside the root, with the passkeys that they made; nobody is asked for one before somebody is named", async () => {
		expect(await office.hq("approvers", "add", "vera")).toMatchObject({ code: 1, err: expect.stringContaining("no passkey") });
		expect(await office.hq("approvers", "demand", "on")).toMatchObject({ code: 1, err: expect.stringContaining("nobody is named") });
		expect(await office.hq("approvers", "add", "nobody")).toMatchObject({ code: 1 });
		const { challenge } = (await send("POST", "/api/v1/passkeys/options", {}, { cookie: vera })).body as unknown as { challenge: string };
		expect(await send("POST", "/api/v1/passkeys", { label: "phone", answer: device.create(challenge) }, { cookie: vera })).toMatchObject({
			status: 201,
		});
		expect(await office.hq("approvers", "add", "vera")).toMatchObject({
			code: 0,
			out: expect.stringContaining("vera   localhost   ES256"),
		});
		expect((await release("none", by("approver"))).body).toMatchObject({ code: "push-unknown" });
		expect(await office.hq("approvers", "demand", "on")).toMatchObject({ code: 0 });
		// Of a push that is not there, too: what was answered counts for the very next request.
		expect((await release("none", by("approver"))).body).toMatchObject({ code: "approval-needed" });
		expect(JSON.parse((await office.hq("approvers", "--json")).out)).toMatchObject({
			version: 2,
			demanded: true,
			keys: [{ person: "vera" }],
		});
	});

	it("release with it, and nobody without", async () => {
		running = await box.run();
		await push("base", 100);
		expect((await push("dear", 900)).body).toMatchObject({ held: [{ sku: "milk", code: "rise" }] });
		expect((await release("dear", by("approver"))).body).toMatchObject({ code: "approval-needed" });
		expect((await offer("dear", by("approver"))).body).toMatchObject({ code: "approval-refused" });
		expect((await offer("dear", by("pricer"))).status).toBe(403);

		const { at, count, publicKey } = (await offer("dear", { cookie: vera })).body as unknown as {
			at: string;
			count: number;
			publicKey: { challenge: string; rpId: string };
		};
		expect([count, publicKey.rpId]).toEqual([1, "localhost"]);
		const answer = device.get(publicKey.challenge);
		const others: [string, object][] = [
			["another time", { at: "2026-01-01T00:00:00.000Z", answer }],
			["another challenge", { at, answer: device.get("AAAA") }],
			["another key", { at, answer: device.get(publicKey.challenge, { by: authenticator(() => site) }) }],
			["a key that is not listed", { at, answer: authenticator(() => site).get(publicKey.challenge) }],
		];
		for (const [what, approval] of others)
			expect([what, (await release("dear", { cookie: vera }, approval)).body]).toMatchObject([what, { code: "approval-refused" }]);
		expect((await release("dear", { cookie: vera }, { at, answer: {} })).body).toMatchObject({ code: "bad-field" });
		expect(await release("dear", { cookie: vera }, { at, answer })).toMatchObject({
			status: 200,
			body: { moved: 1, held: 0, approver: "user:vera" },
		});
		expect((await release("dear", { cookie: vera }, { at, answer })).body).toMatchObject({ code: "push-not-held" });
	});

	it("approve other guard rails with it, and nobody without; the command says where", async () => {
		const proposed = await send("PUT", "/api/v1/guard-rails", { maxRisePercent: 900 }, by("pricer"));
		const { proposal } = proposed.body as unknown as { proposal: number };
		const path = `/api/v1/guard-rails/${proposal}/approve`;
		expect((await send("POST", path, {}, by("approver"))).body).toMatchObject({ code: "approval-needed" });
		expect(await office.hq("rails", "approve", String(proposal))).toMatchObject({
			code: 1,
			err: expect.stringContaining("on head office's page"),
		});
		expect((await send("POST", `${path}/options`, {}, by("approver"))).body).toMatchObject({ code: "approval-refused" });
		expect((await send("POST", `${path}/options`, {}, by("pricer"))).status).toBe(403);
		const asked = (await send("POST", `${path}/options`, {}, { cookie: vera })).body as unknown as {
			at: string;
			publicKey: { challenge: string };
		};
		const answer = device.get(asked.publicKey.challenge);
		const forged = { at: asked.at, answer: device.get("AAAA") };
		expect((await send("POST", path, { approval: forged }, { cookie: vera })).body).toMatchObject({ code: "approval-refused" });
		expect(await send("POST", path, { approval: { at: asked.at, answer } }, { cookie: vera })).toMatchObject({ status: 200 });
		expect((await send("GET", "/api/v1/guard-rails", undefined, by("pricer"))).body).toMatchObject({ maxRisePercent: 900 });
	});

	it("are known to the box, which charges what they released", async () => {
		await eventually(() =>
			expect(JSON.parse(readFileSync(box.secret("trust.json"), "utf8"))).toMatchObject({ approvers: { version: 2, demanded: true } }),
		);
		await eventually(async () =>
			expect((await send("GET", "/api/v1/pushes/dear", undefined, by("approver"))).body).toMatchObject({
				stores: [{ stored: 1, held: 0, active: 1 }],
			}),
		);
	});

	it("count no more in the box, too, soon after they were taken off the list", async () => {
		const person = await signedIn("otto");
		const { challenge } = (await send("POST", "/api/v1/passkeys/options", {}, person)).body as unknown as { challenge: string };
		expect(await send("POST", "/api/v1/passkeys", { label: "phone", answer: otto.create(challenge) }, person)).toMatchObject({
			status: 201,
		});
		const inBox = () => JSON.parse(readFileSync(box.secret("trust.json"), "utf8")) as { approvers: { keys: { person: string }[] } };
		const people = () => inBox().approvers.keys.map((key) => key.person);
		for (const [act, expected] of [
			["add", ["vera", "otto"]],
			["remove", ["vera"]],
			["add", ["vera", "otto"]],
		] as const) {
			expect(await office.hq("approvers", act, "otto")).toMatchObject({ code: 0 });
			// The line is quiet: without being told, a box would greet again minutes later only.
			await eventually(() => expect(people()).toEqual(expected));
		}
	});

	it("sign who is a store's box: another code, another box, the end, what a restored head office takes back; nobody without", async () => {
		expect(await office.hq("enroll", "0117", "--again")).toMatchObject({ code: 1, err: expect.stringContaining("on head office's page") });
		expect(await office.hq("unenroll", "0117")).toMatchObject({ code: 1, err: expect.stringContaining("on head office's page") });
		expect(await office.hq("restorations", "release")).toMatchObject({ code: 1, err: expect.stringContaining("on head office's page") });
		// A store's first box takes nobody's place.
		expect(await office.hq("enroll", "0118")).toMatchObject({ code: 0 });

		const person = await signedIn("otto");
		const acts: [string, string, object, string, object, number][] = [
			["POST", "stores", { id: "0117", replace: true }, "stores/0117/place/options", { does: "swap" }, 200],
			["POST", "stores/0118/incarnations", {}, "stores/0118/place/options", { does: "swap" }, 201],
			["POST", "restorations/release", {}, "restorations/release/options", {}, 204],
			["DELETE", "stores/0117/enrolment", {}, "stores/0117/place/options", { does: "end" }, 204],
		];
		for (const [method, path, body, options, question, done] of acts) {
			const act = (more: object, as: Parameters<typeof send>[3] = person) => send(method, `/api/v1/${path}`, { ...body, ...more }, as);
			const asks = (as: Parameters<typeof send>[3]) => send("POST", `/api/v1/${options}`, question, as);
			const by_ = path.startsWith("restorations") ? { cookie: vera } : person;
			const passkey = path.startsWith("restorations") ? device : otto;
			expect([path, (await act({}, by_)).body]).toMatchObject([path, { code: "approval-needed" }]);
			expect([path, (await asks(by("pricer"))).status]).toEqual([path, 403]);
			const { at, publicKey } = (await asks(by_)).body as unknown as { at: string; publicKey: { challenge: string } };
			const answer = passkey.get(publicKey.challenge);
			for (const wrong of [
				{ at: "2026-01-01T00:00:00.000Z", answer },
				{ at, answer: passkey.get("AAAA") },
				{ at, answer: passkey.get(publicKey.challenge, { by: authenticator(() => site) }) },
			])
				expect([path, (await act({ approval: wrong }, by_)).body]).toMatchObject([path, { code: "approval-refused" }]);
			expect([path, (await act({ approval: { at, answer } }, by_)).status]).toEqual([path, done]);
		}
	}, 180_000);
});
