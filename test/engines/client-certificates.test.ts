/** A store that is let in on a foreign broker by its certificate: `hq.caFile`, `hq.certFile`, `hq.keyFile` at a real mosquitto. */
import { chmodSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { accessFiles } from "../../src/hq/enrolment/broker-access.ts";
import { hqUser, lineUser, verifiersOf } from "../../src/hq/enrolment/line-accounts.ts";
import { certifyClient, makeAuthority, makeRequest, makeServerCertificate, type Pair } from "../../src/trust/certificates.ts";
import { freePorts } from "../support/ports.ts";
import { type BoxFolder, gondola, newBox, type Office, type Running as Program, startOffice } from "../support/processes.ts";
import { openRoom, type Running, run, untilItListens, whereIs } from "./support/program.ts";

const tenant = "main";
const stores = ["0117", "0118"];
const why = whereIs("mosquitto") ? undefined : "mosquitto is not installed here";

/** How a store is let in; left out: by a certificate for it that the broker's own authority made. */
interface Let {
	authority?: Pair;
	name?: string;
	ca?: string;
	withoutCertificate?: boolean;
}

describe("the line over mosquitto with client certificates", () => {
	const room = openRoom();
	let mosquitto: Running;
	let office: Office;
	let authority: Pair;
	let tlsPort = 0;
	const boxes: { box: BoxFolder; running: Program }[] = [];

	beforeAll(async () => {
		if (why) return console.log(`\n!!!!!! NOT RUN over mosquitto: ${why} !!!!!!\n`);
		authority = await makeAuthority("Chain authority");
		const server = await makeServerCertificate(authority, ["localhost", "127.0.0.1"]);
		const verifiers = await verifiersOf("password of hq");
		const accounts = { tenant, stores: stores.map((store) => ({ store, verifiers })), hq: verifiers };
		const home = room.folder("mosquitto");
		for (const { name, text } of accessFiles("mosquitto", accounts)) room.write(join(home, name), text);
		room.write(join(home, "ca.crt"), authority.certificate);
		room.write(join(home, "server.crt"), server.certificate);
		room.write(join(home, "server.key"), server.key);
		const [plainPort, tls] = (await freePorts(2)) as [number, number];
		tlsPort = tls;
		const common = `acl_file ${home}/mosquitto.acl\nallow_anonymous false\n`;
		const byCertificate = `cafile ${home}/ca.crt\ncertfile ${home}/server.crt\nkeyfile ${home}/server.key\nrequire_certificate true\n`;
		room.write(
			join(home, "mosquitto.conf"),
			`per_listener_settings true\nlistener ${plainPort} 127.0.0.1\npassword_file ${home}/mosquitto.passwd\n${common}` +
				`listener ${tls} 127.0.0.1\n${byCertificate}use_identity_as_username true\n${common}`,
		);
		mosquitto = run(whereIs("mosquitto")!, ["-c", join(home, "mosquitto.conf")], { cwd: home, log: join(home, "log") });
		await untilItListens(plainPort, mosquitto, 30_000);
		const password = join(home, "hq.password");
		room.write(password, "password of hq");
		chmodSync(password, 0o600);
		office = await startOffice(
			...["--broker", `mqtt://127.0.0.1:${plainPort}`, "--broker-user", hqUser(tenant), "--broker-password-file", password],
		);
		for (const store of stores) await office.hq("enroll", store);
	}, 120_000);
	afterAll(async () => {
		for (const { box, running } of boxes) {
			await running.stop();
			box.remove();
		}
		await office?.end();
		await mosquitto?.kill();
		room.clear();
	});

	async function boxOf(store: string, asked: Let = {}): Promise<BoxFolder> {
		const home = room.folder(`box-${boxes.length}-${store}`);
		const { request, key } = await makeRequest("anything");
		const certificate = await certifyClient(asked.authority ?? authority, request, asked.name ?? lineUser(tenant, store));
		const file = (name: string, text: string): string => {
			room.write(join(home, name), text);
			chmodSync(join(home, name), 0o600);
			return join(home, name);
		};
		const own = `, certFile: ${file("box.crt", certificate)}, keyFile: ${file("box.key", key)}`;
		const ca = file("ca.crt", asked.ca ?? authority.certificate);
		return newBox(store, `hq: { url: "mqtts://localhost:${tlsPort}", caFile: ${ca}${asked.withoutCertificate ? "" : own} }\n`);
	}
	/** A running store; `status` asks its desk with the box's own token. */
	async function storeOf(store: string, asked: Let = {}) {
		const box = await boxOf(store, asked);
		const running = await box.run();
		boxes.push({ box, running });
		const { desk } = parse(readFileSync(box.config, "utf8")) as { desk: { port: number } };
		const token = readFileSync(box.secret("box.token"), "utf8").trim();
		const ask = async (path: string): Promise<{ status: number; body: Record<string, unknown> }> => {
			const answer = await fetch(`http://127.0.0.1:${desk.port}/api/v1${path}`, { headers: { authorization: `Bearer ${token}` } });
			return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
		};
		return { box, ask, hq: async () => (await ask("/status")).body["hq"] as { connected: boolean; why: string | null } };
	}

	it("carries prices to a store that has its certificate, and its facts back", async (context) => {
		if (why) return context.skip(why);
		const store = await storeOf("0117");
		await expect.poll(async () => (await store.hq()).connected, { timeout: 60_000 }).toBe(true);
		const change = { sku: "1", amountMinor: 199, currency: "EUR", kind: "regular", name: "Milk" };
		const push = await office.ask("/api/v1/pushes", {
			method: "POST",
			headers: { "content-type": "application/json" },
			body: JSON.stringify({ id: "p1", stores: ["0117"], changes: [change] }),
		});
		expect(push.status).toBe(202);
		await expect.poll(async () => (await store.ask("/prices/1")).body["amountMinor"], { timeout: 60_000 }).toBe(199);
		const told = async (): Promise<unknown> =>
			((await (await office.ask("/api/v1/pushes/p1")).json()) as { stores: { active: number }[] }).stores[0]?.active;
		await expect.poll(told, { timeout: 60_000 }).toBe(1);
	});

	it("does not carry a store without a certificate, with one of another authority, or with another store's", async (context) => {
		if (why) return context.skip(why);
		const stranger = await makeAuthority("A stranger");
		const strangers = [
			await storeOf("0118", { withoutCertificate: true }),
			await storeOf("0118", { authority: stranger }),
			await storeOf("0118", { name: lineUser(tenant, "0117") }),
			// The broker's own certificate is checked as well.
			await storeOf("0118", { ca: stranger.certificate }),
		];
		for (const store of strangers) await expect.poll(async () => (await store.hq()).why, { timeout: 60_000 }).toMatch(/\w/);
		expect((await strangers[3]!.hq()).why).toMatch(/certificate/i);
		const lastContact = async (id: string): Promise<unknown> =>
			((await (await office.ask(`/api/v1/stores/${id}`)).json()) as { lastContact: unknown }).lastContact;
		expect([await lastContact("0117"), await lastContact("0118")]).toEqual([expect.any(String), null]);
		for (const store of strangers) expect((await store.hq()).connected).toBe(false);
		// The person at the box hears whose certificate is wrong, and where it is set.
		for (const [store, reason, remedy] of [
			[strangers[0]!, "TLS: tlsv13 alert certificate required", "hq.certFile and hq.keyFile"],
			[strangers[1]!, "TLS: tlsv1 alert unknown ca", "hq.certFile and hq.keyFile"],
			[strangers[3]!, "certificate", "set hq.caFile"],
		] as const) {
			const alarm = async (): Promise<string> => JSON.stringify((await store.ask("/alarms")).body);
			// A line that never was up is an alarm half a minute after the start.
			await expect.poll(alarm, { timeout: 150_000 }).toContain(reason);
			expect(await alarm()).toContain(remedy);
		}
	});

	it("has its files checked before it starts: one that is missing, of another pair, or open to others", async (context) => {
		if (why) return context.skip(why);
		const box = await boxOf("0118");
		const { hq } = parse(readFileSync(box.config, "utf8")) as { hq: { keyFile: string; certFile: string } };
		const check = async (): Promise<string> => (await gondola("config", "check", box.config)).err;
		expect(await check()).toBe("");
		chmodSync(hq.keyFile, 0o644);
		expect(await check()).toContain("hq.keyFile");
		chmodSync(hq.keyFile, 0o600);
		room.write(hq.keyFile, (await makeRequest("another")).key);
		expect(await check()).toContain("is not the key of hq.certFile");
		box.remove();
	});
});
