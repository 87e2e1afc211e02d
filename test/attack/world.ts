/** What is attacked: head office and an enrolled gateway as real processes, and the tools of whoever attacks. */
import { readFileSync, writeFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { join } from "node:path";
import { type IClientOptions } from "mqtt";
import { parse } from "yaml";
import { deviceCost, hashPassword } from "../../src/access/passwords.ts";
import { topicOf } from "../../src/link/protocol/ids.ts";
import { freePort } from "../support/ports.ts";
import { type BoxFolder, codeIn, newBox, type Office, type Running, startOffice } from "../support/processes.ts";
import { until } from "../support/until.ts";

export const deskToken = "the technician's token of this test";
export const accountPassword = (name: string): string => `the password of ${name}, long enough`;

export interface GatewayUnderAttack {
	box: BoxFolder;
	desk: { port: number; url: string };
	broker: { port: number; wsPort: number; url: string };
	said(): string;
	/** Asks as the technician; throws where the gateway does not answer. */
	status(): Promise<{ store: string }>;
	/** As a power cut ends it. */
	kill(): Promise<void>;
	/** Starts it again after `kill`. */
	again(): Promise<void>;
	end(): Promise<void>;
}

const accounts = [
	{ name: "esl-1", kind: "device" },
	{ name: "esl-2", kind: "device" },
	{ name: "till-1", kind: "till" },
	{ name: "till-2", kind: "till" },
	{ name: "board", kind: "viewer" },
	{ name: "bulk", kind: "service", publish: ["bulk/#"], subscribe: ["bulk/#"] },
] as const;

/** Where an office is given, the gateway is enrolled there. `more`: further sections of its configuration. */
export async function startGateway(store: string, office?: Office, more = ""): Promise<GatewayUnderAttack> {
	const wsPort = await freePort();
	const box = await newBox(store, more, [`websocket: { port: ${wsPort} }`, "accountsFile: ACCOUNTS"], ["tokenFile: TOKEN"]);
	const files = { ACCOUNTS: join(box.folder, "accounts.json"), TOKEN: join(box.folder, "token") };
	const kept = await Promise.all(
		accounts.map(async (account) => ({ ...account, hash: await hashPassword(accountPassword(account.name), deviceCost) })),
	);
	writeFileSync(files.ACCOUNTS, JSON.stringify({ accounts: kept }), { mode: 0o600 });
	writeFileSync(files.TOKEN, deskToken, { mode: 0o600 });
	writeFileSync(box.config, readFileSync(box.config, "utf8").replace("ACCOUNTS", files.ACCOUNTS).replace("TOKEN", files.TOKEN));
	if (office) {
		const enrolled = await box.enroll(codeIn(await office.hq("enroll", store)));
		if (enrolled.code !== 0) throw new Error(enrolled.err);
	}
	let running: Running = await box.run();
	const config = parse(readFileSync(box.config, "utf8")) as { desk: { port: number }; broker: { port: number } };
	const url = `http://127.0.0.1:${config.desk.port}`;
	return {
		box,
		desk: { port: config.desk.port, url },
		broker: { port: config.broker.port, wsPort, url: `mqtt://127.0.0.1:${config.broker.port}` },
		said: () => running.said(),
		async status() {
			const answer = await fetch(`${url}/api/v1/status`, { headers: { authorization: `Bearer ${deskToken}` } });
			if (!answer.ok) throw new Error(`the gateway answers ${answer.status}`);
			return (await answer.json()) as { store: string };
		},
		kill: () => running.kill(),
		async again() {
			running = await box.run();
		},
		async end() {
			await running.stop();
			box.remove();
		},
	};
}

export async function startWorld(store: string): Promise<{ office: Office; gateway: GatewayUnderAttack; end(): Promise<void> }> {
	const office = await startOffice();
	try {
		const gateway = await startGateway(store, office);
		return {
			office,
			gateway,
			async end() {
				await gateway.end();
				await office.end();
			},
		};
	} catch (error) {
		await office.end();
		throw error;
	}
}

export interface RawAnswer {
	/** 0: closed without an answer. */
	status: number;
	headers: string;
	body: string;
}

const rawWithinMs = 3_000;

/** Sends exactly these bytes and reads until the other side closes, or has said nothing more for a while. */
export function raw(port: number, bytes: string | Buffer): Promise<RawAnswer> {
	return new Promise((resolve) => {
		let text = "";
		const socket = connect(port, "127.0.0.1", () => socket.write(bytes));
		const end = (): void => {
			clearTimeout(timer);
			socket.destroy();
			const [head = "", ...rest] = text.split("\r\n\r\n");
			resolve({ status: Number(/^HTTP\/1\.1 (\d{3})/.exec(head)?.[1] ?? 0), headers: head, body: rest.join("\r\n\r\n") });
		};
		const timer = setTimeout(end, rawWithinMs);
		socket.on("data", (piece) => {
			text += piece.toString("latin1");
			// A stream never closes; its first bytes say enough.
			if (/^HTTP\/1\.1 200/.test(text) && /content-type: text\/event-stream/i.test(text)) end();
		});
		socket.on("error", end);
		socket.on("close", end);
	});
}

export interface RawRequest {
	method?: string;
	target: string;
	host?: string | null;
	headers?: Record<string, string>;
	body?: string;
}

export function request(
	port: number,
	{ method = "GET", target, host = `127.0.0.1:${port}`, headers = {}, body }: RawRequest,
): Promise<RawAnswer> {
	const lines = [
		`${method} ${target} HTTP/1.1`,
		...(host === null ? [] : [`host: ${host}`]),
		"connection: close",
		...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
		...(body === undefined ? [] : ["content-type: application/json", `content-length: ${Buffer.byteLength(body)}`]),
	];
	return raw(port, `${lines.join("\r\n")}\r\n\r\n${body ?? ""}`);
}

/** How the store itself is let in on the line: what a thief of the box has. */
export function lineClient(
	gateway: GatewayUnderAttack,
	store: string,
	more: IClientOptions = {},
): { url: string; options: IClientOptions } {
	const { hq } = parse(readFileSync(gateway.box.config, "utf8")) as {
		hq: { url: string; username: string; passwordFile: string; caFile: string };
	};
	const options: IClientOptions = {
		ca: readFileSync(hq.caFile),
		username: hq.username,
		password: readFileSync(hq.passwordFile, "utf8").trim(),
		clientId: `gondola-main-${store}-77`,
		protocolVersion: 4,
		reconnectPeriod: 0,
		connectTimeout: 30_000,
		...more,
	};
	return { url: hq.url, options };
}

export const prefixOf = (store: string): string =>
	topicOf({ tenant: "main", store, direction: "up", channel: "hello" }).replace(/\/up\/hello$/, "");

/** Sends exactly these bytes and leaves the connection open. `from`: the address that it comes from, any of 127.0.0.0/8. */
export function hold(port: number, bytes: string | Buffer = "", from = "127.0.0.1"): Socket {
	const socket = connect({ port, host: "127.0.0.1", localAddress: from });
	socket.on("error", () => {});
	if (bytes.length > 0) socket.write(bytes);
	return socket;
}

/** So many such connections, each open or closed again by the other side. */
export async function holdMany(count: number, port: number, bytes: string | Buffer = "", from = "127.0.0.2"): Promise<Socket[]> {
	const all = Array.from({ length: count }, () => hold(port, bytes, from));
	await until(() => all.every((socket) => !socket.connecting), "all connections were tried");
	return all;
}
export const openOf = (sockets: readonly Socket[]): number => sockets.filter((socket) => !socket.destroyed).length;
