import { fork } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { type AddressInfo, createServer as createTcpServer } from "node:net";
import { join, resolve } from "node:path";
import { Aedes } from "aedes";
import { describe, expect, it, onTestFinished } from "vitest";
import type { VirtualStoreAddresses, VirtualStorePlan } from "../../src/sim/plan.ts";
import { until } from "../support/until.ts";
import { plugInto, temporaryFolder } from "./room.ts";

function smallPlan(outDir: string): VirtualStorePlan {
	return {
		outDir,
		seed: 4711,
		speed: 200,
		checkInEveryMs: 200,
		accessPoints: [{ alias: "aisle-1", labels: [{ mac: "00000219B7EA3B1B", hwType: 0x33, firmware: 0x29 }] }],
		scanners: [{ id: "price-checker", suffix: "cr", aim: true }],
		scales: [
			{ id: "shelf-1", sku: "100", pieceMilligrams: 500_000, startPieces: 8 },
			{ id: "shelf-2", sku: "200", loose: true, startMilligrams: 4_000_000 },
		],
		printers: [{ id: "till-printer" }],
		mqttDevices: [{ id: "hook-1", kind: "tasmota", sku: "300", pieceMilligrams: 100_000, startPieces: 5 }],
		articles: [
			{ sku: "100", gtin: "4006381333931", name: "Pasta", amountMinor: 199 },
			{ sku: "200", name: "Apples", amountMinor: 299, weighed: true },
		],
	};
}

async function startProcess(plan: VirtualStorePlan) {
	const child = fork(resolve("src/sim/main.ts"), { stdio: ["ignore", "inherit", "inherit", "ipc"], execArgv: [] });
	const ended = new Promise<number | null>((done) => child.once("exit", done));
	onTestFinished(() => void child.kill("SIGKILL"));
	const ready = new Promise<VirtualStoreAddresses>((done, fail) => {
		child.on("message", (message: { type: string; addresses: VirtualStoreAddresses; message?: string }) => {
			if (message.type === "ready") done(message.addresses);
			else fail(new Error(message.message));
		});
	});
	child.send({ type: "plan", plan });
	return { child, ended, addresses: await ready };
}

/** Just enough of a gateway: prices over HTTP, a broker, and an acknowledgement that forgets the first sale once. */
async function smallGateway() {
	const http = createServer((request, answer) => {
		answer.setHeader("content-type", "application/json");
		answer.end(JSON.stringify({ sku: request.url?.split("/").at(-1), amountMinor: 250 }));
	});
	const broker = await Aedes.createBroker();
	const tcp = createTcpServer(broker.handle);
	for (const server of [http, tcp]) await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
	onTestFinished(() => {
		http.close();
		http.closeAllConnections();
		tcp.close();
		broker.close();
	});
	const topics = new Map<string, string[]>();
	let forgot = false;
	broker.on("publish", (packet, client) => {
		if (!client) return;
		const text = packet.payload.toString();
		topics.set(packet.topic, [...(topics.get(packet.topic) ?? []), text]);
		if (packet.topic !== "gondola/1/till/till-1/sale") return;
		if (!forgot) forgot = true;
		else {
			const payload = JSON.stringify({ id: JSON.parse(text).id });
			broker.publish({ cmd: "publish", topic: `${packet.topic}/ack`, payload, qos: 1, retain: false, dup: false }, () => {});
		}
	});
	const portOf = (server: { address(): unknown }): number => (server.address() as AddressInfo).port;
	const addresses = {
		udp: { address: "127.0.0.1", port: 9 },
		getdata: { host: "127.0.0.1", port: portOf(http) },
		http: `http://127.0.0.1:${portOf(http)}`,
		mqtt: `mqtt://127.0.0.1:${portOf(tcp)}`,
	};
	return { addresses, topics };
}

async function ask(url: string, body?: unknown): Promise<{ status: number; json: any }> {
	const answer = await fetch(url, body === undefined ? {} : { method: "POST", body: JSON.stringify(body) });
	return { status: answer.status, json: answer.headers.get("content-type") === "image/png" ? undefined : await answer.json() };
}

describe("the virtual store", () => {
	it("lets a hand reach its devices, and ends when its parent is gone", async () => {
		const folder = temporaryFolder();
		const { addresses, child, ended } = await startProcess(smallPlan(folder));
		const at = addresses.control;
		expect(JSON.parse(readFileSync(join(folder, "control.json"), "utf8"))).toEqual({ url: at });
		expect(addresses.accessPoints[0]!.udpPort).toBeGreaterThan(0);

		expect((await ask(`${at}/scales/shelf-1/take`, { pieces: 3 })).json).toMatchObject({ pieces: 5 });
		expect((await ask(`${at}/scales/shelf-1/take`, { pieces: -3 })).status).toBe(400);
		expect((await ask(`${at}/scales/shelf-9/take`, { pieces: 1 })).status).toBe(404);
		expect((await ask(`${at}/scanners/price-checker/scan`, { code: "4006381333931" })).status).toBe(200);
		expect((await ask(`${at}/scanners/price-checker/scan`, { kode: "1" })).status).toBe(400);
		expect((await ask(`${at}/labels/00000219B7EA3B1B`)).json).toMatchObject({ width: 384, height: 168, version: null });
		expect((await ask(`${at}/labels/00000219B7EA3B1B.png`)).status).toBe(200);
		expect((await ask(`${at}/labels/00000219B7EA3B1B/out-of-contact`, { ms: 1_000 })).status).toBe(200);

		const host = await plugInto(addresses.printers[0]!.port);
		host.send(0x1d, 0x76, 0x30, 0, 1, 0, 1, 0, 0xff, 0x1d, 0x56, 0x00);
		await until(() => existsSync(join(folder, "slips", "0001.png")), "the slip");
		expect((await ask(`${at}/slips`)).json.items).toMatchObject([{ n: 1, printer: "till-printer", state: "complete" }]);
		expect((await ask(`${at}/devices`)).json.printers).toMatchObject([{ id: "till-printer", isConnected: true }]);
		await until(() => "00000219B7EA3B1B" in JSON.parse(readFileSync(join(folder, "labels.json"), "utf8")), "the list of labels");

		child.disconnect();
		expect(await ended).toBe(0);
	});

	it("sends shoppers who pay what the gateway says, and tells a sale again until it is acknowledged", async () => {
		const { addresses, child } = await startProcess({ ...smallPlan(temporaryFolder()), scales: [], speed: 500 });
		const gateway = await smallGateway();
		child.send({ type: "connect", gateway: gateway.addresses });
		child.send({ type: "shop" });
		const sales = (): any[] => (gateway.topics.get("gondola/1/till/till-1/sale") ?? []).map((text) => JSON.parse(text));
		await until(() => sales().length > new Set(sales().map((sale) => sale.id)).size, "a sale told twice");
		for (const line of sales().flatMap((sale) => sale.lines)) {
			// The prices are 2.50 a piece and 2.50 a kilogram.
			expect(line.amountMinor).toBe(line.sku === "100" ? 250 * line.quantity : Math.round((250 * line.milligrams) / 1_000_000));
		}
		await until(() => gateway.topics.has("tele/hook-1/SENSOR"), "the Tasmota sensor");
		expect(JSON.parse(gateway.topics.get("tele/hook-1/SENSOR")![0]!).HX711.Weight).toBeCloseTo(0.5, 1);
		// The till counts a sale when the answer has reached it, which may be after the broker saw the second telling.
		const acknowledged = async (): Promise<number> => (await ask(`${addresses.control}/devices`)).json.till.acknowledged;
		await until(async () => (await acknowledged()) > 0, "a sale acknowledged");
	}, 120_000);
});
