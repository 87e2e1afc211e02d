/** The labels' network has no passwords: who speaks there without being named changes nothing, and who draws over a picture is noticed. */
import { createSocket, type Socket } from "node:dgram";
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, it } from "vitest";
import { parse } from "yaml";
import { checkInFrame, readPeerFrame, transferFrame, versionInAddress } from "../../src/sim/label/oepl-frames.ts";
import { freePort } from "../support/ports.ts";
import { type BoxFolder, codeIn, newBox, type Office, type Running, startOffice } from "../support/processes.ts";
import { eventually, patienceMs, until } from "../support/until.ts";

const mac = "00000219B7EA3B1B";
let office: Office;
let box: BoxFolder;
let running: Running;
let udpPort = 0;
let getdataPort = 0;
let desk = "";
let token = "";
/** The one that the configuration names, and somebody else on the same network. */
let accessPoint: Socket;
let stranger: Socket;
const offers: { mac: string; version: string }[] = [];

const open = async (): Promise<Socket> => {
	const socket = createSocket("udp4");
	await new Promise<void>((resolve) => socket.bind(0, "127.0.0.1", resolve));
	return socket;
};
const say = (from: Socket, frame: Uint8Array): Promise<unknown> =>
	new Promise((resolve) => from.send(frame, udpPort, "127.0.0.1", resolve));
const status = {
	lqi: 100,
	rssi: -60,
	celsius: 20,
	batteryMv: 2_900,
	hwType: 1,
	wakeupReason: 0,
	capabilities: 0,
	firmware: 1,
	channel: 11,
};
const checkIn = (from: Socket, label = mac): Promise<unknown> => say(from, checkInFrame({ mac: label, status }));
const completed = (from: Socket, label = mac): Promise<unknown> => say(from, transferFrame("confirmed", label));
const fetched = async (version: string): Promise<number> =>
	(await fetch(`http://127.0.0.1:${getdataPort}/getdata?mac=${mac}&md5=${versionInAddress(version)}`)).status;

async function ask<T>(path: string, method = "GET", body?: unknown): Promise<T> {
	const answer = await fetch(`${desk}/api/v1${path}`, {
		method,
		headers: { authorization: `Bearer ${token}`, ...(body !== undefined && { "content-type": "application/json" }) },
		...(body !== undefined && { body: JSON.stringify(body) }),
	});
	return (await answer.json()) as T;
}
const state = async (): Promise<string> => (await ask<{ state: string }>(`/labels/${mac}`)).state;
const alarms = async (): Promise<string[]> =>
	(await ask<{ items: { level: string; code: string; subject: string }[] }>("/alarms")).items.map(
		({ level, code, subject }) => `${level} ${code} ${subject}`,
	);
const labels = async (): Promise<string[]> => (await ask<{ items: { id: string }[] }>("/labels?limit=500")).items.map(({ id }) => id);

beforeAll(async () => {
	office = await startOffice();
	[accessPoint, stranger] = [await open(), await open()];
	[udpPort, getdataPort] = [await freePort(), await freePort()];
	accessPoint.on("message", (bytes) => {
		const frame = readPeerFrame(bytes);
		if (frame.kind === "offer") offers.push(frame.offer);
	});
	const peer = `peers: [{ address: 127.0.0.1, port: ${accessPoint.address().port} }]`;
	const device = `{ id: esl, family: label, protocol: oepl, bind: 127.0.0.1, port: ${udpPort}, getdataPort: ${getdataPort}, group: null, ${peer} }`;
	box = await newBox("0117", `devices:\n  - ${device}\n`);
	await box.enroll(codeIn(await office.hq("enroll", "0117")));
	running = await box.run();
	desk = `http://127.0.0.1:${(parse(readFileSync(box.config, "utf8")) as { desk: { port: number } }).desk.port}`;
	token = readFileSync(box.secret("box.token"), "utf8").trim();
	const changes = [{ sku: "milk", name: "Milk", amountMinor: 100, currency: "EUR", kind: "regular" }];
	await office.ask("/api/v1/pushes", {
		method: "POST",
		headers: { "content-type": "application/json" },
		body: JSON.stringify({ id: "monday", stores: "all", changes }),
	});
	await until(async () => (await ask<{ amountMinor?: number }>("/prices/milk")).amountMinor === 100, "Monday's price");
}, 120_000);
afterAll(async () => {
	for (const socket of [accessPoint, stranger]) socket?.close();
	await running?.stop();
	box?.remove();
	await office?.end();
});

it("a stranger's invented labels make no labels, no facts and no alarm each", async () => {
	for (let n = 0; n < 300; n += 1) await checkIn(stranger, n.toString(16).toUpperCase().padStart(16, "0"));
	await until(async () => (await alarms()).some((one) => one.includes("base-station-unknown")), "the alarm about the stranger");
	expect(await labels()).toEqual([]);
	expect((await alarms()).filter((one) => !one.includes("hq-"))).toEqual(["YELLOW base-station-unknown 127.0.0.1"]);
	expect(JSON.stringify((await ask<{ items: unknown[] }>("/events?limit=500")).items)).not.toContain('"label"');
});

it("a label counts as shown only on the word of the access point that fetched the picture", async () => {
	await checkIn(accessPoint);
	await until(async () => (await labels()).includes(mac), "the label");
	await ask(`/labels/${mac}`, "PUT", { sku: "milk" });
	await until(() => offers.length > 0, "an offer");
	// Nobody has fetched it: whoever says that it is complete, says too much.
	for (const from of [stranger, accessPoint]) {
		await completed(from);
		await checkIn(from);
	}
	await until(async () => {
		await checkIn(accessPoint);
		return ((await ask<{ detail: { unprovedCompletions?: number } }>("/devices/esl")).detail.unprovedCompletions ?? 0) > 0;
	}, "the gateway to say that it counted a completion without a picture");
	expect(await state()).toBe("PENDING");
	expect(await fetched(offers.at(-1)!.version)).toBe(200);
	await completed(stranger);
	await checkIn(stranger);
	expect(await state()).toBe("PENDING");
	await completed(accessPoint);
	await until(async () => {
		await checkIn(accessPoint);
		return (await state()) === "SHOWN";
	}, "the label to have lived through the drawing");
});

it("a picture that is not ours is RED within one check-in, and drawn over (case L2)", async () => {
	const before = offers.length;
	// The access point repeats its reports; after some seconds a completion can only be of another picture.
	await eventually(
		async () => {
			await completed(accessPoint);
			expect(await alarms()).toContain(`RED label-foreign-picture ${mac}`);
		},
		patienceMs,
		500,
	);
	expect(await state()).toBe("PENDING");
	await until(async () => {
		await checkIn(accessPoint);
		return offers.length > before;
	}, "ours to be offered again");
	expect(await fetched(offers.at(-1)!.version)).toBe(200);
	await completed(accessPoint);
	await until(async () => {
		await checkIn(accessPoint);
		return (await state()) === "SHOWN";
	}, "ours to be shown again");
	expect(await alarms()).not.toContain(`RED label-foreign-picture ${mac}`);
}, 90_000);
