import { spawnSync } from "node:child_process";
import { readFileSync, statSync } from "node:fs";
import { request } from "node:http";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { until } from "../../support/until.ts";
import { connectClient, connectRaw, messagesOf, packet, text } from "../clients.ts";
import { createFakeLedger } from "../fake-ledger.ts";
import { as, withAccounts } from "./with-accounts.ts";

const { at, open, running } = withAccounts({ "hand-1": "device", "shelf-1": "device", "7": "till", wall: "viewer" });
const refusedWith = (code: number) => expect.objectContaining({ code });

describe("an account", () => {
	it("is needed, with its password, even on this machine", async () => {
		const broker = await open(createFakeLedger());
		await expect(connectClient(broker.url)).rejects.toEqual(refusedWith(5));
		await expect(connectClient(broker.url, { username: "nobody", password: "x" })).rejects.toEqual(refusedWith(4));
		await expect(connectClient(broker.url, { username: "hand-1", password: "guess" })).rejects.toEqual(refusedWith(4));
		await (await connectClient(broker.url, as("hand-1"))).endAsync();
		expect(broker.stats().refused).toEqual({ "no-account": 2, "wrong-password": 1 });
	});

	it("that is revoked while its password is checked does not come in (case B6)", async () => {
		const broker = await open(createFakeLedger());
		const raw = await connectRaw(broker.port);
		raw.send(...packet(0x10, [...text("MQTT"), 4, 0xc2, 0, 60, ...text("hand-1"), ...text("hand-1"), ...text("secret of hand-1")]));
		// The CONNECT arrives within these turns of the event loop; its password takes many more.
		for (let turn = 0; turn < 10; turn++) await new Promise((resolve) => setImmediate(resolve));
		await broker.accounts.revoke("hand-1");
		await until(() => raw.bytes().length >= 4, "CONNACK");
		expect([...raw.bytes()]).toEqual([0x20, 2, 0, 4]);
		expect(broker.stats()).toMatchObject({ clients: 0, refused: { "no-account": 1 } });
	});

	it.each([4, 5] as const)(
		"that is revoked between its admission and its CONNACK is cut at once, in MQTT %s (case B6)",
		async (protocolVersion) => {
			const ledger = createFakeLedger();
			const broker = await open(ledger);
			const will = { topic: "gondola/1/d/hand-1/e/scan", payload: Buffer.from('{"id":"1","code":"123"}'), qos: 1 as const, retain: false };
			const older = await connectClient(broker.url, as("hand-1", { protocolVersion: 5, will, properties: { sessionExpiryInterval: 0 } }));
			// The new connection waits until the last will of the older one is on the disk.
			ledger.commitMs = 400;
			const session = protocolVersion === 5 ? { properties: { sessionExpiryInterval: 600 } } : {};
			const newer = connectClient(broker.url, as("hand-1", { protocolVersion, clean: false, ...session })).catch(() => undefined);
			await until(() => ledger.calls.some(({ flow }) => flow === "takeScans"), "the will is being written");
			await broker.accounts.revoke("hand-1");
			ledger.commitMs = 0;
			await until(() => ledger.scans.length === 1, "the will was said");
			const client = await newer;
			await until(() => client?.connected !== true && broker.stats().clients === 0, "the revoked account is cut");
			expect(broker.stats().sessions).toBe(0);
			await older.endAsync(true);
			await client?.endAsync(true);
		},
	);

	it("enters with its right password, however many wrong ones come from its own address meanwhile (case B11)", async () => {
		const broker = await open(createFakeLedger(), { limits: { wrongPasswords: 3 } });
		const guess = (username: string, password: string) =>
			expect(connectClient(broker.url, { username, password, connectTimeout: 30_000 })).rejects.toEqual(refusedWith(4));
		const guesses = Array.from({ length: 6 }, (_, n) => [guess("hand-1", `wrong ${n}`), guess(`nobody-${n}`, "x")]).flat();
		await until(() => (broker.stats().refused["wrong-password"] ?? 0) >= 3, "guessing has begun");
		for (const name of ["hand-1", "shelf-1", "7", "hand-1"]) await (await connectClient(broker.url, as(name))).endAsync();
		await Promise.all(guesses);
		// The same word for both, and both counted; only the answers to more of them waited.
		expect(broker.stats().refused).toEqual({ "wrong-password": 3, "no-account": 3, "too-many-wrong-passwords": 6 });
	}, 120_000);

	it("of a device sends under its own name only, and reads its own commands only; the rest is counted", async () => {
		const ledger = createFakeLedger();
		const broker = await open(ledger);
		const device = await connectClient(broker.url, as("hand-1"));
		const commands = messagesOf(device);
		await device.subscribeAsync("gondola/1/d/hand-1/cmd/+", { qos: 1 });
		for (const filter of ["gondola/1/d/shelf-1/cmd/+", "gondola/1/d/+/cmd/+", "#", "$SYS/#", "gondola/1/store/#"]) {
			await expect(device.subscribeAsync(filter)).rejects.toThrow();
		}
		const scan = JSON.stringify({ id: "1", code: "123" });
		await device.publishAsync("gondola/1/d/shelf-1/e/scan", scan, { qos: 1 });
		await device.publishAsync("gondola/1/d/hand-1/cmd/beep", "{}", { qos: 1 });
		await device.publishAsync("gondola/1/store/price/4711", "{}", { qos: 1, retain: true });
		expect(ledger.calls).toEqual([]);
		await device.publishAsync("gondola/1/d/hand-1/e/scan", scan, { qos: 1 });
		expect(ledger.scans).toHaveLength(1);
		await broker.publishCommand("shelf-1", "beep", { id: "c0" });
		await broker.publishCommand("hand-1", "beep", { id: "c1" });
		await until(() => commands.length === 1, "its command");
		expect(commands[0]!.text).toBe('{"id":"c1"}');
		expect(broker.stats().refused).toEqual({ "subscribe-not-allowed": 5, "publish-not-allowed": 3 });
		expect(broker.stats().retained).toBe(0);
		await device.endAsync();
	});

	it("of a till sends its own sales and reads the store; one of a screen only reads", async () => {
		const ledger = createFakeLedger();
		const broker = await open(ledger);
		const till = await connectClient(broker.url, as("7"));
		await till.subscribeAsync(["gondola/1/till/7/sale/ack", "gondola/1/store/#"], { qos: 1 });
		const sale = JSON.stringify({ id: "s", at: "2026-03-01T08:00:00Z", lines: [{ sku: "A", quantity: 1, amountMinor: 1 }] });
		await till.publishAsync("gondola/1/till/8/sale", sale, { qos: 1 });
		expect(ledger.sales).toHaveLength(0);
		await till.publishAsync("gondola/1/till/7/sale", sale, { qos: 1 });
		expect(ledger.sales).toHaveLength(1);
		const wall = await connectClient(broker.url, as("wall"));
		await wall.subscribeAsync("gondola/1/store/event");
		await wall.publishAsync("gondola/1/till/7/sale", sale.replace('"s"', '"t"'), { qos: 1 });
		expect(ledger.sales).toHaveLength(1);
		await Promise.all([till.endAsync(), wall.endAsync()]);
	});

	it("may not take over the session of another, nor leave a will where it may not send", async () => {
		const broker = await open(createFakeLedger());
		const till = await connectClient(broker.url, as("7"));
		await expect(connectClient(broker.url, as("hand-1", { clientId: "7" }))).rejects.toEqual(refusedWith(2));
		const will = { topic: "gondola/1/d/shelf-1/state", payload: Buffer.from("offline"), qos: 1 as const, retain: true };
		await expect(connectClient(broker.url, as("hand-1", { will }))).rejects.toEqual(refusedWith(5));
		expect(broker.stats().refused).toEqual({ "client-id-of-another": 1, "will-not-allowed": 1 });
		await till.endAsync();
	});

	it("keeps no denied filter of a mixed SUBSCRIBE in its session", async () => {
		const ledger = createFakeLedger();
		const broker = await open(ledger);
		const device = await connectClient(broker.url, as("hand-1", { clean: false }));
		await device.subscribeAsync({ "gondola/1/d/hand-1/cmd/+": { qos: 1 }, "gondola/1/d/shelf-1/cmd/+": { qos: 1 } }).catch(() => {});
		await device.endAsync();
		await broker.publishCommand("shelf-1", "beep", { id: "c0" });
		await broker.publishCommand("hand-1", "beep", { id: "c1" });
		expect(ledger.store.state().subscriptions.map((one) => one.topic)).toEqual(["gondola/1/d/hand-1/cmd/+"]);
		expect(broker.stats().queued).toBe(1);
	});
});

describe("a device's last will", () => {
	it("says offline when it dies, and nothing when the gateway stops", async () => {
		const ledger = createFakeLedger();
		const broker = await open(ledger);
		const will = { topic: "gondola/1/d/hand-1/state", payload: Buffer.from("offline"), qos: 1 as const, retain: true };
		const device = await connectClient(broker.url, as("hand-1", { will }));
		await device.publishAsync("gondola/1/d/hand-1/state", "online", { qos: 1, retain: true });
		device.stream.destroy();
		await until(() => ledger.devices.get("hand-1") === "offline", "the will");

		const back = await connectClient(broker.url, as("hand-1", { will }));
		back.on("error", () => {});
		await back.publishAsync("gondola/1/d/hand-1/state", "online", { qos: 1, retain: true });
		await broker.stop();
		running.splice(0);
		expect(ledger.devices.get("hand-1")).toBe("well");
		expect(ledger.store.state().wills).toHaveLength(1);
		await back.endAsync(true);
	});
});

describe("pairing", () => {
	const stranger = { username: "new-1", password: "its own random words", clientId: "new-1" };

	it("shows an unknown device and lets it in only after a person said yes", async () => {
		const broker = await open(createFakeLedger());
		await expect(connectClient(broker.url, stranger)).rejects.toEqual(refusedWith(4));
		expect(broker.pendingDevices()).toEqual([]);
		expect(() => broker.openPairing(6)).toThrow("at most 5");
		broker.openPairing(5);
		await expect(connectClient(broker.url, stranger)).rejects.toEqual(refusedWith(4));
		await expect(connectClient(broker.url, { ...stranger, password: "an impostor's words" })).rejects.toEqual(refusedWith(4));
		const fingerprint = expect.stringMatching(/^[0-9a-f]{6}$/);
		expect(broker.pendingDevices()).toMatchObject([{ device: "new-1", address: "127.0.0.1", fingerprint }]);
		await broker.approve("new-1");
		broker.closePairing();
		await expect(connectClient(broker.url, { ...stranger, password: "an impostor's words" })).rejects.toEqual(refusedWith(4));
		await (await connectClient(broker.url, stranger)).endAsync();
		expect(readFileSync(at.file, "utf8")).toContain('"new-1"');
		expect(statSync(at.file).mode & 0o777).toBe(0o600);
		expect(readFileSync(at.file, "utf8")).not.toContain(stranger.password);
	});
});

describe("a WebSocket listener", () => {
	it("speaks MQTT, and not to web pages of other hosts", async () => {
		const broker = await open(createFakeLedger(), { ws: { port: 0 }, anonymousLoopback: true });
		const url = `ws://127.0.0.1:${broker.wsPort}/mqtt`;
		const screen = await connectClient(url);
		const seen = messagesOf(screen);
		await screen.subscribeAsync("gondola/1/d/+/log", { qos: 1 });
		await screen.publishAsync("gondola/1/d/a/log", "over the web", { qos: 1 });
		await until(() => seen.length === 1, "its own message");
		await screen.endAsync();
		const knock = (origin: string, host = `127.0.0.1:${broker.wsPort}`) =>
			new Promise<number>((resolve, reject) => {
				const headers = {
					connection: "Upgrade",
					upgrade: "websocket",
					"sec-websocket-version": "13",
					"sec-websocket-key": Buffer.alloc(16).toString("base64"),
					"sec-websocket-protocol": "mqtt",
					host,
					origin,
				};
				const asked = request({ host: "127.0.0.1", port: broker.wsPort, path: "/mqtt", headers });
				asked.on("response", (answer) => resolve(answer.resume().statusCode ?? 0));
				asked
					.on("upgrade", (answer, socket) => (socket.destroy(), resolve(answer.statusCode ?? 0)))
					.on("error", reject)
					.end();
			});
		expect(await knock("https://elsewhere.example")).toBe(401);
		expect(await knock(`http://127.0.0.1:${broker.wsPort}`)).toBe(101);
		// A page whose own name was made to mean this machine.
		expect(await knock(`http://evil.example:${broker.wsPort}`, `evil.example:${broker.wsPort}`)).toBe(401);
		expect(await knock(`http://localhost:${broker.wsPort}`, `localhost:${broker.wsPort}`)).toBe(101);
	});
});

describe("a TLS listener", () => {
	const openssl = spawnSync("openssl", ["version"]).status === 0;
	if (!openssl) console.log("no openssl here: the TLS listener is not tried");
	it.runIf(openssl)("speaks MQTT to a client that checks its certificate", async () => {
		const [key, cert] = [join(at.folder, "key.pem"), join(at.folder, "cert.pem")];
		const made =
			"req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost -addext subjectAltName=DNS:localhost";
		spawnSync("openssl", [...made.split(" "), "-keyout", key, "-out", cert]);
		const broker = await open(createFakeLedger(), { tls: { port: 0, key: readFileSync(key), cert: readFileSync(cert) } });
		const closed = await open(createFakeLedger(), { plain: false, tls: { port: 0, key: readFileSync(key), cert: readFileSync(cert) } });
		expect(closed).toMatchObject({ url: `mqtts://127.0.0.1:${closed.tlsPort}`, port: closed.tlsPort });
		const device = await connectClient(`mqtts://localhost:${broker.tlsPort}`, as("hand-1", { ca: readFileSync(cert), family: 4 }));
		await device.publishAsync("gondola/1/d/hand-1/state", "online", { qos: 1 });
		await device.endAsync();
	});

	it.runIf(openssl)("lets a device in by a certificate that the store's authority signed, under that name only", async () => {
		const run = (line: string): void => void spawnSync("openssl", line.split(" "), { cwd: at.folder });
		const curve = "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes";
		for (const name of ["store-ca", "strange-ca"]) run(`req -x509 ${curve} -days 2 -subj /CN=${name} -keyout ${name}.key -out ${name}.pem`);
		run(`req ${curve} -subj /CN=localhost -keyout server.key -out server.csr`);
		run("x509 -req -in server.csr -CA store-ca.pem -CAkey store-ca.key -CAcreateserial -days 2 -out server.pem");
		for (const [ca, file] of [
			["store-ca", "signed"],
			["strange-ca", "strange"],
		]) {
			run(`req ${curve} -subj /CN=hand-1 -keyout ${file}.key -out ${file}.csr`);
			run(`x509 -req -in ${file}.csr -CA ${ca}.pem -CAkey ${ca}.key -CAcreateserial -days 2 -out ${file}.pem`);
		}
		const read = (name: string): Buffer => readFileSync(join(at.folder, name));
		const broker = await open(createFakeLedger(), {
			tls: { port: 0, key: read("server.key"), cert: read("server.pem"), ca: read("store-ca.pem"), requestCert: true },
		});
		const url = `mqtts://127.0.0.1:${broker.tlsPort}`;
		const shown = (name: string) => ({
			ca: read("store-ca.pem"),
			cert: read(`${name}.pem`),
			key: read(`${name}.key`),
			rejectUnauthorized: false,
			reconnectPeriod: 0,
		});
		const device = await connectClient(url, { clientId: "c1", ...shown("signed") });
		await device.publishAsync("gondola/1/d/hand-1/state", "online", { qos: 1 });
		await device.endAsync();
		await expect(connectClient(url, { clientId: "c2", ...shown("strange") })).rejects.toThrow();
		await expect(connectClient(url, { clientId: "c3", username: "hand-2", ...shown("signed") })).rejects.toThrow();
		expect(broker.stats().refused).toMatchObject({ "no-account": 1, "certificate-of-another": 1 });
		const byPassword = await connectClient(url, as("hand-1", { rejectUnauthorized: false }));
		await byPassword.endAsync();
	});
});
