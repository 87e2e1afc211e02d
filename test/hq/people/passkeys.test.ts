/** Passkeys at head office, with an authenticator of the test's own; and what a thief or another page makes of one. */
import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Hq, startHq } from "../../../src/hq/service.ts";
import { authenticator, b64 } from "../../support/authenticator.ts";

let hq: Hq;
let site: string;
let cookie: string;
beforeAll(async () => {
	hq = await startHq({ port: 0, tenant: "test", people: {} });
	site = hq.url.replace("127.0.0.1", "localhost");
	const claim = { code: hq.claimCode, name: "olga", password: "head office opens at six" };
	const made = await post("/api/v1/claim", claim);
	cookie = made.cookie;
}, 120_000);
afterAll(() => hq.stop());

interface Answer {
	status: number;
	cookie: string;
	body: Record<string, unknown> & { challenge: string; code?: string };
}

async function post(path: string, body: unknown, as = "", base = site): Promise<Answer> {
	const headers = { "content-type": "application/json", ...(as && { cookie: as }) };
	const answer = await fetch(base + path, { method: "POST", headers, body: JSON.stringify(body) });
	const set = answer.headers.get("set-cookie")?.split(";")[0] ?? "";
	return { status: answer.status, cookie: set, body: (await answer.json()) as Answer["body"] };
}

const device = authenticator(() => site);
const challengeToRegister = async (): Promise<string> => (await post("/api/v1/passkeys/options", {}, cookie)).body.challenge;
const challengeToSignIn = async (): Promise<string> => (await post("/api/v1/sessions/passkey/options", {})).body.challenge;

it("a person makes a passkey and signs in with it, without a password", async () => {
	const answer = device.create(await challengeToRegister());
	expect(await post("/api/v1/passkeys", { label: "phone", answer }, cookie)).toMatchObject({ status: 201, body: { label: "phone" } });
	const entered = await post("/api/v1/sessions/passkey", { answer: device.get(await challengeToSignIn(), { counter: 1 }) });
	expect(entered).toMatchObject({ status: 201, body: { name: "olga" } });
	const who = await fetch(`${site}/api/v1/sessions/current`, { headers: { cookie: entered.cookie } });
	expect(await who.json()).toMatchObject({ name: "olga", roles: ["admin"] });
});

it("it opens nothing to whoever replays, forges, or asks from another page", async () => {
	const challenge = await challengeToSignIn();
	const answer = device.get(challenge, { counter: 2 });
	expect((await post("/api/v1/sessions/passkey", { answer })).status).toBe(201);
	const fresh = challengeToSignIn;
	const tries: [string, object][] = [
		["the same answer again", answer],
		["a challenge of the thief's own", device.get(b64(randomBytes(32)), { counter: 9 })],
		["a challenge for making a key", device.get(await challengeToRegister(), { counter: 9 })],
		["another page's origin", device.get(await fresh(), { counter: 9, origin: "https://evil.example" })],
		["another site's key", device.get(await fresh(), { counter: 9, rpId: "evil.example" })],
		["nobody was there", device.get(await fresh(), { counter: 9, flags: 0x00 })],
		["nobody proved to be the right one", device.get(await fresh(), { counter: 9, flags: 0x01 })],
		["another key's signature", device.get(await fresh(), { counter: 9, by: authenticator(() => site) })],
		["a key nobody registered", authenticator(() => site).get(await fresh(), { counter: 9 })],
		["a counter that went back: a copy of the key", device.get(await fresh(), { counter: 1 })],
		["an answer of another kind", device.get(await fresh(), { counter: 9, type: "webauthn.create" })],
		["nothing", {}],
		["a prototype", { id: "__proto__", rawId: "x", type: "public-key", response: {} }],
	];
	for (const [what, forged] of tries) {
		const said = await post("/api/v1/sessions/passkey", { answer: forged });
		expect([what, said.cookie, [400, 401].includes(said.status)]).toEqual([what, "", true]);
	}
});

it("is made by who is signed in, for themselves; under an address instead of a name there are none; removed it opens nothing", async () => {
	const stranger = authenticator(() => site);
	expect((await post("/api/v1/passkeys/options", {})).status).toBe(401);
	const answer = stranger.create(await challengeToRegister());
	expect((await post("/api/v1/passkeys", { label: "x", answer })).status).toBe(401);
	expect((await post("/api/v1/passkeys", { label: "x", answer: stranger.create(b64(randomBytes(32))) }, cookie)).status).toBe(401);
	expect((await post("/api/v1/sessions/passkey/options", {}, "", hq.url)).body.code).toBe("passkey-needs-name");
	const challenge = await challengeToSignIn();
	const headers = { cookie };
	expect((await fetch(`${site}/api/v1/passkeys/${device.id}`, { method: "DELETE", headers })).status).toBe(204);
	expect((await post("/api/v1/sessions/passkey", { answer: device.get(challenge, { counter: 20 }) })).status).toBe(401);
});
