import { chmodSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { connectAsync, type IClientOptions } from "mqtt";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { readEnrolmentCode, writeEnrolmentCode } from "../../src/trust/enrolment-code.ts";
import { type BoxFolder, codeIn, gondola, newBox, type Office, startOffice } from "../support/processes.ts";
import { until } from "../support/until.ts";

const lineIn = (box: BoxFolder): { url: string; username: string } => parse(readFileSync(box.config, "utf8")).hq;

interface StoreView {
	store: string;
	connected: boolean;
	incarnation: number;
	fenced: boolean;
}

describe("enrolment: one line on each side", { timeout: 120_000 }, () => {
	let office: Office;
	const boxes: BoxFolder[] = [];
	const box = async (store: string, more?: string): Promise<BoxFolder> => {
		const made = await newBox(store, more);
		boxes.push(made);
		return made;
	};
	beforeAll(async () => {
		office = await startOffice();
	}, 120_000);
	afterAll(async () => {
		await office.end();
		for (const each of boxes) each.remove();
	});
	const storeView = async (store: string): Promise<StoreView> => (await (await office.ask(`/api/v1/stores/${store}`)).json()) as StoreView;

	it("prints one code, and the box that shows it is heard; the gateway connects with what was written", async () => {
		const said = await office.hq("enroll", "0117");
		expect(said.code).toBe(0);
		const code = codeIn(said);
		const one = await box("0117");
		const enrolled = await one.enroll(code);
		expect(enrolled.err).toBe("");
		expect(enrolled.out).toMatch(/HQ heard this box after \d+\.\d s/);

		const yaml = readFileSync(one.config, "utf8");
		expect(yaml).toContain('# our shop\nstore: "0117" # as on the door');
		expect(yaml).toMatch(/hq:\n {2}url: mqtts:\/\/127\.0\.0\.1:\d+\n {2}username: main\.0117\n {2}passwordFile: /);
		for (const name of ["store.key", "trust.json", "line.password", "line.key", "line.crt", "line-ca.crt"])
			expect(statSync(one.secret(name)).mode & 0o777, name).toBe(0o600);
		expect(statSync(one.secret(".")).mode & 0o777).toBe(0o700);
		const password = readFileSync(one.secret("line.password"), "utf8").trim();
		const key = (JSON.parse(readFileSync(one.secret("store.key"), "utf8")) as { private: string }).private;
		for (const text of [enrolled.out, yaml, office.said()]) {
			expect(text).not.toContain(password);
			expect(text).not.toContain(key);
		}
		expect((await gondola("config", "check", one.config)).code).toBe(0);

		const gateway = await one.run();
		try {
			await until(async () => (await storeView("0117")).connected, "head office hears the gateway");
		} finally {
			await gateway.stop();
		}
	});

	it("a code works once: a second use, by another box or the same, is refused and alarms head office", async () => {
		const code = codeIn(await office.hq("enroll", "0118"));
		const [first, second] = [await box("0118"), await box("0118")];
		expect((await first.enroll(code)).code).toBe(0);
		for (const thief of [second, first]) {
			const refused = await thief.enroll(code);
			expect(refused.code).toBe(1);
			expect(refused.err).toContain("This code was used already");
		}
		await office.until(/enrolment code of store 0118 was shown a second time, from 127\.0\.0\.1/);
		expect(readFileSync(second.config, "utf8")).not.toContain("hq:");
		expect((await office.hq("enroll", "0118")).err).toContain("gondola hq enroll 0118 --again");
	});

	it("a newer code ends the older one, and a code nobody made is refused", async () => {
		const older = codeIn(await office.hq("enroll", "0119"));
		const newer = codeIn(await office.hq("enroll", "0119"));
		const one = await box("0119");
		expect((await one.enroll(older)).err).toContain("no such code, or a newer one");
		const read = readEnrolmentCode(newer);
		if ("fault" in read) throw new Error(read.fault);
		const guessed = writeEnrolmentCode({ ...read, secret: "A".repeat(22) });
		expect((await one.enroll(guessed)).err).toContain("no such code");
		expect((await one.enroll(`${newer.slice(0, -3)}AAA`)).err).toContain("damaged");
		expect((await one.enroll("gt_abc")).err).toContain("no enrolment code");
		expect((await one.enroll(newer)).code).toBe(0);
	});

	it("sends nothing to a head office that is not the one of the code", async () => {
		const read = readEnrolmentCode(codeIn(await office.hq("enroll", "0120")));
		if ("fault" in read) throw new Error(read.fault);
		const one = await box("0120");
		const otherAuthority = await one.enroll(writeEnrolmentCode({ ...read, caSha256: "ab".repeat(32) }));
		expect([otherAuthority.code, otherAuthority.err]).toEqual([1, expect.stringContaining("another authority certified it")]);
		const plain = await one.enroll(writeEnrolmentCode({ ...read, urls: ["http://hq.example.com:8090"] }));
		expect(plain.err).toContain("is not TLS");
		const otherRoots = await one.enroll(writeEnrolmentCode({ ...read, rootsSha256: "ab".repeat(32) }));
		expect(otherRoots.err).toContain("other root keys than the code names");
		expect(readFileSync(one.config, "utf8")).not.toContain("hq:");
	});

	it("keeps a box of another store from using the code, and changes nothing", async () => {
		const code = codeIn(await office.hq("enroll", "0121"));
		const other = await box("0122");
		expect((await other.enroll(code)).err).toContain("is of store 0122, the code is for 0121");
		expect((await (await box("0121")).enroll(code)).code).toBe(0);
	});

	it("--again: the next box takes the store's place; the one before is fenced and its password ends", async () => {
		const first = await box("0123");
		expect((await first.enroll(codeIn(await office.hq("enroll", "0123")))).code).toBe(0);
		const before = await first.run();
		try {
			await until(async () => (await storeView("0123")).connected, "the first box is heard");
			const code = codeIn(await office.hq("enroll", "0123", "--again"));
			expect((await storeView("0123")).connected).toBe(true);
			const second = await box("0123");
			expect((await second.enroll(code)).code).toBe(0);
			const { url, username } = lineIn(first);
			const old = {
				username,
				password: readFileSync(first.secret("line.password"), "utf8").trim(),
				ca: readFileSync(first.secret("line-ca.crt")),
			};
			const clientId = "gondola-main-0123-1";
			await expect(connectAsync(url, { ...old, clientId, reconnectPeriod: 0, protocolVersion: 4 }, false)).rejects.toThrow(
				/not authorized/i,
			);
			const after = await second.run();
			try {
				await until(async () => (await storeView("0123")).connected, "the second box is heard");
				expect((await storeView("0123")).incarnation).toBe(2);
			} finally {
				await after.stop();
			}
		} finally {
			await before.stop();
		}
	});

	it("--again: the place goes back to the first box, too, which is heard and not fenced", async () => {
		const [first, second] = [await box("0127"), await box("0127")];
		expect((await first.enroll(codeIn(await office.hq("enroll", "0127")))).code).toBe(0);
		for (const next of [second, first]) expect((await next.enroll(codeIn(await office.hq("enroll", "0127", "--again")))).code).toBe(0);
		const gateway = await first.run();
		try {
			await until(async () => (await storeView("0127")).connected, "the first box is heard again");
			expect((await storeView("0127")).incarnation).toBe(3);
		} finally {
			await gateway.stop();
		}
	});

	it("writes a configuration where there is none", async () => {
		const one = await box("0124");
		const fresh = `${one.folder}/fresh.yaml`;
		const said = await gondola("enroll", codeIn(await office.hq("enroll", "0124")), "--config", fresh, "--data", one.data);
		expect([said.code, said.err]).toEqual([0, ""]);
		expect((await gondola("config", "check", fresh)).out).toContain("store 0124");
	});

	it("goes on after head office was restarted, with the same keys", async () => {
		const one = await box("0125");
		expect((await one.enroll(codeIn(await office.hq("enroll", "0125")))).code).toBe(0);
		await office.again();
		const gateway = await one.run();
		try {
			await until(async () => (await storeView("0125")).connected, "head office hears the gateway");
		} finally {
			await gateway.stop();
		}
	});

	it("ends: the box is cut off and let in no more, and a new code begins anew", async () => {
		const one = await box("0126");
		expect((await one.enroll(codeIn(await office.hq("enroll", "0126")))).code).toBe(0);
		const { url, username } = lineIn(one);
		const password = readFileSync(one.secret("line.password"), "utf8").trim();
		const options = {
			username,
			password,
			ca: readFileSync(one.secret("line-ca.crt")),
			clientId: "gondola-main-0126-1",
			reconnectPeriod: 0,
		};
		const client = await connectAsync(url, { ...options, protocolVersion: 4 }, false);
		const closed = new Promise<void>((resolve) => client.once("close", () => resolve()));
		expect((await office.hq("unenroll", "0126")).out).toContain("no longer enrolled");
		await closed;
		await expect(connectAsync(url, { ...options, protocolVersion: 4 }, false)).rejects.toThrow(/not authorized/i);
		expect((await office.hq("unenroll", "9999")).err).toContain("No store is enrolled as 9999");
		expect((await one.enroll(codeIn(await office.hq("enroll", "0126")))).code).toBe(0);
	});

	describe("the line's broker", () => {
		const as = (one: BoxFolder, store: string, more: IClientOptions = {}): IClientOptions => ({
			ca: readFileSync(one.secret("line-ca.crt")),
			username: `main.${store}`,
			password: readFileSync(one.secret("line.password"), "utf8").trim(),
			clientId: `gondola-main-${store}-7`,
			protocolVersion: 4,
			reconnectPeriod: 0,
			connectTimeout: 30_000,
			...more,
		});
		const line = (): string => `mqtts://127.0.0.1:${office.linePort}`;
		let one: BoxFolder;
		const topics = { own: "", other: "" };
		beforeAll(async () => {
			one = await box("0130");
			await one.enroll(codeIn(await office.hq("enroll", "0130")));
			const { topicOf } = await import("../../src/link/protocol/ids.ts");
			const of = (store: string) => topicOf({ tenant: "main", store, direction: "up", channel: "hello" }).replace(/\/up\/hello$/, "");
			Object.assign(topics, { own: of("0130"), other: of("0117") });
		}, 120_000);

		it.each<[string, (one: BoxFolder) => IClientOptions]>([
			[
				"without an account",
				(one) => ({ ca: as(one, "0130").ca!, clientId: "gondola-main-0130-7", protocolVersion: 4, reconnectPeriod: 0 }),
			],
			["with a wrong password", (one) => as(one, "0130", { password: "wrong" })],
			["with another store's name", (one) => as(one, "0117")],
			["as head office", (one) => as(one, "0130", { username: "hq.of.main" })],
			["under another store's client id, which would throw that store out", (one) => as(one, "0130", { clientId: "gondola-main-0117-1" })],
			["under head office's client id", (one) => as(one, "0130", { clientId: "gondola-hq-main-x-1" })],
			["with a session that is kept", (one) => as(one, "0130", { clean: false })],
		])("lets nobody in %s", async (_, options) => {
			await expect(connectAsync(line(), options(one), false)).rejects.toThrow(/not authorized/i);
		});

		it("lets a store hear and speak on its own topics only", async () => {
			const client = await connectAsync(line(), as(one, "0130"), false);
			const granted = async (filter: string): Promise<number> =>
				(await client.subscribeAsync(filter, { qos: 1 }).catch(() => [{ qos: 128 }]))[0]!.qos;
			expect(await granted(`${topics.own}/dn/+`)).toBe(1);
			for (const filter of [
				"#",
				"+/#",
				"$SYS/#",
				`${topics.own}/#`,
				`${topics.own}/up/+`,
				`${topics.other}/dn/+`,
				"gondola/1/main/+/+/up/+",
				"$share/g/#",
			])
				expect(await granted(filter), filter).toBe(128);
			await client.endAsync();
		});

		it.each([
			["downward on its own topics, as head office does", () => `${topics.own}/dn/hello`, false],
			["upward as another store", () => `${topics.other}/up/hello`, false],
			["downward to another store", () => `${topics.other}/dn/data`, false],
			["on $SYS", () => "$SYS/x", false],
			["a retained message", () => `${topics.own}/up/hello`, true],
		])("cuts off a store that speaks %s", async (_, topic, retain) => {
			const client = await connectAsync(line(), as(one, "0130"), false);
			const closed = new Promise<void>((resolve) => client.once("close", () => resolve()));
			client.on("error", () => {});
			client.publish(topic(), "{}", { qos: 1, retain });
			await closed;
			expect(client.connected).toBe(false);
		});

		it("goes on when a store has as its will what it may not say", async () => {
			const client = await connectAsync(
				line(),
				as(one, "0130", { will: { topic: `${topics.other}/dn/hello`, payload: Buffer.from("{}"), qos: 1, retain: true } }),
				false,
			);
			client.stream.destroy();
			await until(async () => (await fetch(`${office.url}/healthz`)).status === 200, "head office is well");
			await (await connectAsync(line(), as(one, "0130"), false)).endAsync();
		});
	});
});

describe("config check", { timeout: 60_000 }, () => {
	it.each([
		["mqtt://hq.example.com:1883", "username: a\n  passwordFile: /x", "shows the password to everybody on the way; use mqtts://"],
		["ws://10.0.0.1:80", "username: a\n  passwordFile: /x", "use wss://"],
		["mqtts://a:b@hq.example.com", "", "hq.url carries a password"],
		["mqtts://hq.example.com", "passwordFile: /x", "hq.passwordFile needs hq.username"],
		["mqtts://hq.example.com", "certFile: /x", "belong together"],
		["mqtt://127.0.0.1:1883", "caFile: /x", "need TLS"],
	])("refuses %s with %j", async (url, more, sentence) => {
		const one = await newBox("0117", `hq:\n  url: ${url}\n  ${more}\n`);
		const said = await gondola("config", "check", one.config);
		one.remove();
		expect(said.code).toBe(1);
		expect(said.err).toContain(sentence);
	});

	it("has its like at head office: no password in an address, none in plain to another machine", async () => {
		const one = await newBox("0117");
		writeFileSync(`${one.folder}/password`, "secret", { mode: 0o600 });
		const run = (...more: string[]) => gondola("hq", "run", "--data", `${one.folder}/hq`, "--port", "0", ...more);
		const inAddress = await run("--broker", "mqtts://hq:secret@broker.example.com");
		expect([inAddress.code, inAddress.err]).toEqual([1, expect.stringContaining("must not carry a password")]);
		const inPlain = await run(
			"--broker",
			"mqtt://broker.example.com",
			"--broker-user",
			"hq",
			"--broker-password-file",
			`${one.folder}/password`,
		);
		one.remove();
		expect([inPlain.code, inPlain.err]).toEqual([1, expect.stringContaining("use mqtts://")]);
	});

	it("takes a password in plain on this machine, and the gateway refuses one that others can read", async () => {
		const one = await newBox("0117");
		writeFileSync(`${one.folder}/password`, "secret", { mode: 0o600 });
		writeFileSync(
			one.config,
			`${readFileSync(one.config, "utf8")}hq:\n  url: mqtt://127.0.0.1:1\n  username: a\n  passwordFile: ${one.folder}/password\n`,
		);
		expect((await gondola("config", "check", one.config)).code).toBe(0);
		chmodSync(`${one.folder}/password`, 0o644);
		const said = await gondola("run", "--config", one.config);
		one.remove();
		expect(said.code).toBe(1);
		expect(said.err).toContain("chmod 600");
	});
});
