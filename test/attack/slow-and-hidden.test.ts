/** Clients that take their time, do not read, or hide one request in another: each harms itself only. */
import { connect, type Socket } from "node:net";
import mqtt from "mqtt";
import { generate } from "mqtt-packet";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { gondola, type Office, startOffice } from "../support/processes.ts";
import { until } from "../support/until.ts";
import { type CounterUnderAttack, printByEpos, startCounter } from "./counter.ts";
import { accountPassword, deskToken, hold, holdMany, openOf, raw, request } from "./world.ts";

let office: Office;
let counter: CounterUnderAttack;
const held: Socket[] = [];
const ports: Record<string, () => number> = {
	desk: () => counter.gateway.desk.port,
	"head office": () => Number(new URL(office.url).port),
	ePOS: () => counter.epos,
};
const bearer = { authorization: `Bearer ${deskToken}` };

beforeAll(async () => {
	[office, counter] = await Promise.all([startOffice(), startCounter("0117")]);
}, 400_000);
afterEach(() => held.splice(0).forEach((socket) => socket.destroy()));
afterAll(async () => {
	await counter?.end();
	await office?.end();
}, 60_000);

describe("a request hidden in another", () => {
	const hidden = "GET /hidden HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n";
	const post = (headers: string, body: string): string => `POST /api/v1/sessions HTTP/1.1\r\nhost: 127.0.0.1\r\n${headers}\r\n\r\n${body}`;
	const chunked = (coding: string, more = ""): string => post(`${more}transfer-encoding: ${coding}`, `0\r\n\r\n${hidden}`);
	const forms: [string, string][] = [
		["a length before chunks", chunked("chunked", "content-length: 5\r\n")],
		["a length after chunks", post("transfer-encoding: chunked\r\ncontent-length: 5", `0\r\n\r\n${hidden}`)],
		["chunks that are not the last coding", chunked("chunked, identity")],
		["a coding that nobody knows", chunked("xchunked")],
		["chunks twice", chunked("chunked, chunked")],
		["a space before the colon", post("content-length : 0", hidden)],
		["two equal lengths in one line", post("content-length: 4, 4", `{}{}${hidden}`)],
		["two lengths", post(`content-length: 0\r\ncontent-length: ${hidden.length}`, hidden)],
		["a length with a sign", post("content-length: +0", hidden)],
		["a negative length", post("content-length: -1", hidden)],
		["a length in another base", post("content-length: 0x0", hidden)],
		["a header folded over two lines", post("x: a\r\n content-length: 0", hidden)],
		["a line feed alone within a header", post("x: a\ncontent-length: 0", hidden)],
		["a zero byte within a header", post("x: a\0\r\ncontent-length: 0", hidden)],
		["a chunk of a negative length", post("transfer-encoding: chunked", `-1\r\n\r\n${hidden}`)],
		["a chunk's length with a prefix", post("transfer-encoding: chunked", `0x0\r\n\r\n${hidden}`)],
	];
	it.each(Object.keys(ports).flatMap((door) => forms.map(([what, bytes]) => [door, what, bytes] as const)))(
		"%s: by %s is not answered",
		async (door, _what, bytes) => {
			const answer = await raw(ports[door]!(), bytes);
			const answers = `${answer.headers}${answer.body}`.match(/HTTP\/1\.1 \d{3}/g) ?? [];
			expect(answers.length).toBeLessThan(2);
			// 404: the ePOS door has no such path, and reads no body.
			expect([0, 400, 404, 501]).toContain(answer.status);
		},
	);
});

describe("connections that trickle", () => {
	const trickle = async (door: number, count: number, first: string, from?: string): Promise<Socket[]> => {
		const all = await holdMany(count, door, first, from);
		held.push(...all);
		for (let n = 0; n < 3; n += 1) for (const socket of all) if (!socket.destroyed) socket.write("x");
		return all;
	};
	const half = "POST /api/v1/sessions HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\ncontent-length: 60000\r\n\r\n{";

	it("at head office fill the share of their address, and others are answered", async () => {
		const all = await trickle(ports["head office"]!(), 1_100, half);
		await until(() => openOf(all) <= 1_000, "those beyond the share are closed");
		expect((await office.ask("/api/v1/stores")).status).toBe(200);
	}, 60_000);

	it("at the ePOS door fill the share of their address, and a till prints", async () => {
		const all = await trickle(counter.epos, 90, half.replace("/api/v1/sessions", "/cgi-bin/epos/service.cgi?devid=local_printer"));
		await until(() => openOf(all) <= 64, "those beyond the share are closed");
		expect(await printByEpos(counter, "<text>milk&#10;</text><cut/>")).toContain('success="true"');
	}, 60_000);

	it("at a printer's port are closed, or make room for a till that asks", async () => {
		const strangers = await trickle(counter.raw, 40, "\x1b");
		await until(() => openOf(strangers) === 0, "whom the list does not name is closed");
		await trickle(counter.raw, 12, "", "127.0.0.1");
		const answer = await new Promise<number>((resolve, reject) => {
			const till = hold(counter.raw, Buffer.from([0x10, 0x04, 1]));
			held.push(till);
			till.once("data", (bytes: Buffer) => resolve(bytes[0]!));
			till.once("close", () => reject(new Error("closed without an answer")));
		});
		expect(answer & 0x93).toBe(0x12);
	}, 60_000);

	it("at the WebSocket and MQTT ports keep no device out", async () => {
		const { wsPort, port } = counter.gateway.broker;
		await trickle(wsPort, 300, `GET /mqtt HTTP/1.1\r\nhost: 127.0.0.1:${wsPort}\r\nupgrade: web`);
		await trickle(port, 300, "\x10");
		const options = { username: "till-1", password: accountPassword("till-1"), reconnectPeriod: 0, connectTimeout: 30_000 };
		for (const url of [`ws://127.0.0.1:${wsPort}/mqtt`, `mqtt://127.0.0.1:${port}`]) {
			const till = await mqtt.connectAsync(url, options);
			expect(till.connected).toBe(true);
			await till.endAsync();
		}
	}, 60_000);
});

describe("readers that never read", () => {
	const residentBytes = async (url: string, token: string, prefix: string): Promise<number> => {
		const text = await (await fetch(`${url}/metrics`, { headers: { authorization: `Bearer ${token}` } })).text();
		return Number(new RegExp(`^${prefix}process_resident_memory_bytes (\\S+)`, "m").exec(text)?.[1]);
	};
	const mebibyte = 2 ** 20;

	it.each([
		["desk", () => [counter.gateway.desk.url, deskToken, "gondola_"] as const],
		["head office", () => [office.url, office.token, "gondola_hq_"] as const],
	])(
		"at the %s, one that asks two thousand times for the largest answer costs no more than a few",
		async (_, where) => {
			const [url, token, prefix] = where();
			const before = await residentBytes(url, token, prefix);
			const ask = `GET /openapi.json HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer ${token}\r\n\r\n`;
			const silent = hold(Number(new URL(url).port), ask.repeat(2_000)).pause();
			held.push(silent);
			const { length } = await (await fetch(`${url}/openapi.json`)).text();
			expect(length * 2_000).toBeGreaterThan(200 * mebibyte);
			for (let n = 0; n < 20; n += 1) await fetch(`${url}/healthz`);
			expect((await residentBytes(url, token, prefix)) - before).toBeLessThan(100 * mebibyte);
		},
		60_000,
	);

	it.each([4, 5] as const)(
		"a subscriber (MQTT %s) that takes nothing is cut or passed over, and others hear everything",
		async (protocolVersion) => {
			const { port, url } = counter.gateway.broker;
			const before = await residentBytes(counter.gateway.desk.url, deskToken, "gondola_");
			const silent = connect(port, "127.0.0.1");
			held.push(silent);
			silent.on("error", () => {});
			const [username, password] = ["bulk", accountPassword("bulk")];
			const clientId = `silent-${protocolVersion}`;
			silent.write(
				generate({ cmd: "connect", clientId, protocolVersion, clean: true, keepalive: 0, username, password } as never, {
					protocolVersion,
				}),
			);
			await new Promise((resolve) => silent.once("data", resolve));
			silent.write(
				generate({ cmd: "subscribe", messageId: 1, subscriptions: [{ topic: "bulk/#", qos: 0 }] } as never, { protocolVersion }),
			);
			await new Promise((resolve) => silent.once("data", resolve));
			silent.pause();

			const options = { username, password, reconnectPeriod: 0, connectTimeout: 30_000, protocolVersion };
			const [listener, speaker] = [await mqtt.connectAsync(url, options), await mqtt.connectAsync(url, options)];
			let heard = 0;
			listener.on("message", () => void (heard += 1));
			await listener.subscribeAsync("bulk/#", { qos: 1 });
			const [messages, payload] = [960, Buffer.alloc(250_000, "x")];
			for (let n = 0; n < messages; n += 60)
				await Promise.all(Array.from({ length: 60 }, (_, at) => speaker.publishAsync(`bulk/${n + at}`, payload, { qos: 1 })));
			await until(() => heard === messages, "who reads hears all of it");
			// Less than what was sent; what is collected late, of sixty messages on their way at once, may stand there too.
			expect((await residentBytes(counter.gateway.desk.url, deskToken, "gondola_")) - before).toBeLessThan(200 * mebibyte);
			const metrics = await (await fetch(`${counter.gateway.desk.url}/metrics`, { headers: bearer })).text();
			expect(metrics).toMatch(/^gondola_broker_(dropped|refused)_total\{reason="(backlog|stuck|too-slow)"\} [1-9]/m);
			await Promise.all([listener.endAsync(), speaker.endAsync()]);
		},
		90_000,
	);
});

it("a flood of wrong passwords from forty addresses does not keep out the clerk, who came in from here before", async () => {
	const { port, url } = counter.gateway.desk;
	const clerk = { name: "clea", password: "the apples are in aisle nine" };
	expect((await counter.ask("POST", "/users", { ...clerk, role: "clerk" })).status).toBe(201);
	const enter = () =>
		fetch(`${url}/api/v1/sessions`, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(clerk) });
	expect((await enter()).status).toBe(201);
	for (let n = 1; n <= 40; n += 1) {
		const body = JSON.stringify({ name: n % 2 === 0 ? "clea" : `nobody-${n}`, password: "wrong" });
		const guess =
			`POST /api/v1/sessions HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\ncontent-type: application/json\r\n` +
			`content-length: ${body.length}\r\n\r\n${body}`;
		for (let again = 0; again < 4; again += 1) held.push(hold(port, guess, `127.0.1.${n}`));
	}
	await until(() => held.every((socket) => !socket.connecting), "the flood is there");
	expect((await enter()).status).toBe(201);
	// Who guesses from the clerk's own address waits as before.
	expect((await request(port, { target: "/healthz" })).status).toBe(200);
}, 90_000);

it("what is revoked ends on connections that are open: event stream, kept HTTP, MQTT, WebSocket", async () => {
	const { desk, broker, box } = counter.gateway;
	const made = (await (await counter.ask("POST", "/tokens", { name: "screen", role: "viewer" })).json()) as { token: string };
	const ask = (path: string, more = ""): string =>
		`GET /api/v1${path} HTTP/1.1\r\nhost: 127.0.0.1\r\n${more}authorization: Bearer ${made.token}\r\n\r\n`;
	const heard = new Map<Socket, string>();
	const [stream, kept] = ["accept: text/event-stream\r\n", ""].map((more) => {
		const socket = hold(desk.port, ask(more === "" ? "/status" : "/events", more));
		socket.setEncoding("latin1").on("data", (text: string) => void heard.set(socket, (heard.get(socket) ?? "") + text));
		held.push(socket);
		return socket;
	}) as [Socket, Socket];
	await until(() => [stream, kept].every((socket) => heard.get(socket)?.startsWith("HTTP/1.1 200")), "both are answered");
	const options = { username: "esl-1", password: accountPassword("esl-1"), reconnectPeriod: 0, connectTimeout: 30_000 };
	const clients = [
		await mqtt.connectAsync(broker.url, { ...options, clientId: "esl-1" }),
		await mqtt.connectAsync(broker.url, { ...options, clientId: "esl-1-five", protocolVersion: 5 }),
		await mqtt.connectAsync(`ws://127.0.0.1:${broker.wsPort}/mqtt`, { ...options, clientId: "esl-1-web" }),
	];

	expect((await counter.ask("DELETE", "/tokens/screen")).status).toBe(204);
	expect((await gondola("accounts", "revoke", "esl-1", "--config", box.config)).code).toBe(0);
	await until(() => clients.every((client) => !client.connected), "devices are cut off");
	await until(() => stream.closed || heard.get(stream)!.endsWith("\r\n0\r\n\r\n"), "the stream is over");
	kept.write(ask("/status"));
	await until(() => /HTTP\/1\.1 401/.test(heard.get(kept) ?? ""), "the kept connection opens nothing");
	await Promise.all(clients.map((client) => client.endAsync(true)));
}, 90_000);
