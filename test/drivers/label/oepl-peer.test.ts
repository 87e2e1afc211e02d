import { afterEach, describe, expect, it } from "vitest";
import { readPeerMessage } from "../../../drivers/label/oepl/frames.ts";
import { serveGetdata } from "../../../drivers/label/oepl/getdata.ts";
import { type Peer, type PeerOptions, type PeerReport, runPeerAccessPoint } from "../../../drivers/label/oepl/peer.ts";
import { runLabelFleet } from "../../../drivers/label/oepl/run-fleet.ts";
import type { DatagramPort, DatagramSource } from "../../../drivers/transport/datagram.ts";

const mac = "00000219B7EA3B1B";
// Written from the protocol's rules, not recorded.
const checkIn = Buffer.from("e61e1b3beab71902000086c8c216860b01002029000b000000000000000000", "hex");
const complete = Buffer.from("ea121b3beab719020000", "hex");

/** A network of which we see every datagram. */
function paperNet() {
	const sent: { bytes: Uint8Array; address: string; port: number }[] = [];
	let listener: (bytes: Uint8Array, from: DatagramSource) => void = () => {};
	const port: DatagramPort = {
		name: "paper",
		send: async (bytes, address, port) => void sent.push({ bytes, address, port }),
		onDatagram: (heard) => void (listener = heard),
		onClosed: () => {},
		close: async () => {},
	};
	return { port, sent, say: (bytes: Uint8Array, from = { address: "10.0.0.7", port: 16033 }) => listener(bytes, from) };
}

const stops: (() => unknown)[] = [];
afterEach(async () => {
	for (const stop of stops.splice(0)) await stop();
});

function peerOn(net: ReturnType<typeof paperNet>, more: Partial<PeerOptions> = {}): { peer: Peer; reports: PeerReport[] } {
	const reports: PeerReport[] = [];
	const options = { alias: "gondola", offerMinutes: 60, announceEveryMs: 60_000, accessPoints: ["10.0.0.7", "10.0.0.9"], ...more };
	const peer = runPeerAccessPoint(net.port, options, (report) => reports.push(report));
	stops.push(() => peer.stop());
	return { peer, reports };
}

describe("a gateway among access points", () => {
	it("introduces itself to the group and answers who asks", () => {
		const net = paperNet();
		peerOn(net);
		expect(net.sent[0]).toMatchObject({ address: "239.10.0.1", port: 16033 });
		net.say(Uint8Array.of(0x80), { address: "10.0.0.9", port: 16033 });
		expect(net.sent[1]).toMatchObject({ address: "10.0.0.9", port: 16033 });
		expect(readPeerMessage(net.sent[1]!.bytes)).toMatchObject({ kind: "access-point", card: { alias: "gondola" } });
	});

	it("tells what it hears and counts what it cannot read", () => {
		const net = paperNet();
		const { reports } = peerOn(net);
		net.say(checkIn);
		net.say(complete);
		net.say(Uint8Array.of(1, 2, 3));
		net.say(Uint8Array.of(0xea, 0, 0));
		expect(reports).toMatchObject([
			{ type: "check-in", mac, hwType: 1, firmware: 0x29, batteryMillivolts: 2950, accessPoint: "10.0.0.7" },
			{ type: "transfer-complete", mac, accessPoint: "10.0.0.7" },
			{ type: "garbled", count: 1 },
			{ type: "garbled", count: 2 },
		]);
	});

	it("does not hear an address that the configuration does not name, and says that it spoke (case L1)", () => {
		const net = paperNet();
		const { reports } = peerOn(net);
		net.say(checkIn, { address: "10.0.0.66", port: 16033 });
		net.say(complete, { address: "10.0.0.66", port: 16033 });
		expect(reports).toEqual([
			{ type: "stranger", address: "10.0.0.66", count: 1 },
			{ type: "stranger", address: "10.0.0.66", count: 2 },
		]);
	});

	it("takes a label over once, then only offers", async () => {
		const net = paperNet();
		const { peer } = peerOn(net);
		net.say(checkIn);
		net.sent.length = 0;
		await peer.offer(mac, { version: "599C676642D929F1", dataType: 0x20, size: 4736 });
		await peer.offer(mac, { version: "599C676642D929F1", dataType: 0x20, size: 4736 });
		expect(net.sent.map(({ bytes }) => bytes[0])).toEqual([0x82, 0xe5, 0xe5]);
	});

	it("speaks alone to the access point that heard the label, where peers are named", async () => {
		const net = paperNet();
		const peers = [
			{ address: "127.0.0.1", port: 40001 },
			{ address: "127.0.0.1", port: 40002 },
		];
		const { peer, reports } = peerOn(net, { peers });
		net.say(checkIn, peers[1]);
		net.sent.length = 0;
		await peer.offer(mac, { version: "599C676642D929F1", dataType: 0x20, size: 4736 });
		expect(net.sent.every(({ port }) => port === 40002)).toBe(true);
		expect(reports[0]).toMatchObject({ accessPoint: "127.0.0.1:40002" });
	});

	it("offers only after the old picture was cleared away", async () => {
		const net = paperNet();
		let cleared = (): void => {};
		const { peer } = peerOn(net, { clearQueue: () => new Promise((resolve) => (cleared = resolve)) });
		net.say(checkIn);
		net.sent.length = 0;
		const cancelling = peer.cancel(mac);
		const offering = peer.offer(mac, { version: "599C676642D929F1", dataType: 0x20, size: 4736 });
		await new Promise((resolve) => setImmediate(resolve));
		expect(net.sent).toEqual([]);
		cleared();
		await Promise.all([cancelling, offering]);
		expect(net.sent.at(-1)!.bytes[0]).toBe(0xe5);
	});
});

describe("the door where access points fetch pictures", () => {
	it("answers with the very bytes, and 404 to everything else", async () => {
		const fetched: string[] = [];
		const bytes = Uint8Array.of(1, 2, 3, 0, 255);
		const door = await serveGetdata(
			{ bind: "127.0.0.1", port: 0 },
			(label, version) => (label === mac && version === "599C676642D929F1" ? bytes : undefined),
			(label, version) => fetched.push(`${label} ${version}`),
		);
		stops.push(() => door.stop());
		const get = (path: string, init?: RequestInit) => fetch(`http://127.0.0.1:${door.port}${path}`, init);

		const right = await get(`/getdata?mac=${mac}&md5=599C676642D929F1`);
		expect(new Uint8Array(await right.arrayBuffer())).toEqual(bytes);
		expect(fetched).toEqual([`${mac} 599C676642D929F1`]);
		for (const path of [
			`/getdata?mac=${mac}`,
			`/getdata?mac=${mac}&md5=599C676642D929F2`,
			`/getdata?mac=${mac}&md5=599C676642D929F1&md5=599C676642D929F1`,
			`/getdata?mac=../etc/passwd&md5=599C676642D929F1`,
			`/getdata/?mac=${mac}&md5=599C676642D929F1`,
			"//",
			"/",
		]) {
			expect((await get(path)).status, path).toBe(404);
		}
		expect((await get("/getdata", { method: "POST", body: "x" })).status).toBe(405);
	});
});

describe("a label that is given a picture", () => {
	it("is offered it, fetches it, and is reported shown after its next check-in", async () => {
		const net = paperNet();
		const base = { address: "127.0.0.1", port: 16033 };
		const reports: string[] = [];
		const bytes = new Uint8Array(4736);
		const fleet = await runLabelFleet(
			net.port,
			{
				alias: "gondola",
				accessPoints: ["127.0.0.1"],
				getdata: { bind: "127.0.0.1", port: 0 },
				findPicture: () => bytes,
				limits: { provesAfterMs: 0 },
			},
			(report) => reports.push(report.type),
		);
		stops.push(() => fleet.stop());
		net.say(checkIn, base);
		fleet.want(mac, { version: "599C676642D929F1", dataType: 0x20, bytesLength: bytes.length });
		await new Promise((resolve) => setImmediate(resolve));
		expect(net.sent.map((sent) => sent.bytes[0])).toContain(0xe5);
		await (await fetch(`http://127.0.0.1:${fleet.getdataPort}/getdata?mac=${mac}&md5=599C676642D929F1`)).arrayBuffer();
		net.say(complete, base);
		net.say(checkIn, base);
		expect(reports).toEqual(["check-in", "offered", "transfer-complete", "downloaded", "check-in", "shown"]);
		expect(fleet.counts()).toMatchObject({ shown: 1 });
	});
});
