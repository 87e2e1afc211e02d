import { execFileSync } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { accessFile } from "../../src/access/access-file.ts";
import { type Directory, openDirectory } from "../../src/access/directory.ts";
import { AccessRefusal, accessRefusals } from "../../src/access/refusal.ts";
import { createSecretFile, FileTooOpen, readSecretFile } from "../../src/access/secret-file.ts";
import { openSignIn } from "../../src/access/sign-in.ts";

let folder: string;
let path: string;
let now: number;
beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), "access-"));
	path = join(folder, "access.json");
	now = Date.parse("2026-03-01T08:00:00Z");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const open = (more = {}): Directory => openDirectory({ site: "gateway", repository: accessFile(path), now: () => now, ...more });
const password = "four plain words do";
const refused = async (work: Promise<unknown>): Promise<string> => {
	const error = await work.then(
		() => undefined,
		(thrown: unknown) => thrown,
	);
	expect(error).toBeInstanceOf(AccessRefusal);
	const { code, status } = error as AccessRefusal;
	expect(status).toBe(accessRefusals[code][0]);
	return code;
};

describe("people", () => {
	it("begin with one who may do everything, and only once", async () => {
		const directory = open();
		expect(await directory.isClaimed()).toBe(false);
		expect(await directory.makeFirst("mara", password)).toMatchObject({ name: "mara", role: "technician" });
		expect(await refused(directory.makeFirst("eve", password))).toBe("claimed-already");
		expect(await directory.isClaimed()).toBe(true);
	});

	it("stay claimed when the list was emptied by hand", async () => {
		const directory = open();
		await directory.makeFirst("mara", password);
		await accessFile(path).update((records) => {
			records.users = [];
		});
		expect(await directory.isClaimed()).toBe(true);
		expect(await refused(directory.makeFirst("eve", password))).toBe("claimed-already");
	});

	it("are refused with a bad name, role or password, or a name that is taken, and nothing is changed", async () => {
		const directory = open();
		await directory.makeFirst("mara", password);
		expect(await refused(directory.addUser("Mara Mayer", "clerk", password))).toBe("name-bad");
		expect(await refused(directory.addUser("ben", "admin", password))).toBe("role-unknown");
		expect(await refused(directory.addUser("ben", "clerk", "short"))).toBe("password-weak");
		expect(await refused(directory.addUser("mara", "clerk", password))).toBe("name-taken");
		expect(await refused(directory.removeUser("ben"))).toBe("user-unknown");
		expect((await directory.users()).map(({ name }) => name)).toEqual(["mara"]);
		expect(JSON.stringify(await directory.users())).not.toContain("scrypt");
	});

	it("keep one who can make others", async () => {
		const directory = open();
		await directory.makeFirst("mara", password);
		expect(await refused(directory.removeUser("mara"))).toBe("last-of-role");
		expect(await refused(directory.setRole("mara", "viewer"))).toBe("last-of-role");
		await directory.addUser("ben", "technician", password);
		await directory.removeUser("mara");
	});
});

describe("sessions", () => {
	it("slide for twelve hours, end at once when signed out, and survive a restart", async () => {
		const directory = open();
		await directory.makeFirst("mara", password);
		const { secret, session } = await directory.startSession("mara", "10.0.0.7");
		now += 11 * 3_600_000;
		expect((await directory.who(secret, "10.0.0.7"))?.actor).toEqual({ kind: "user", name: "mara", address: "10.0.0.7" });
		now += 11 * 3_600_000;
		expect(await open().who(secret)).toBeDefined();
		now += 12 * 3_600_000;
		expect(await directory.who(secret)).toBeUndefined();
		const second = await directory.startSession("mara", "10.0.0.7");
		expect(second.session.id).not.toBe(session.id);
		await directory.endSession(second.session.id);
		expect(await directory.who(second.secret)).toBeUndefined();
	});

	it("are kept as digests only", async () => {
		const directory = open();
		await directory.makeFirst("mara", password);
		const { secret } = await directory.startSession("mara", "10.0.0.7");
		const token = await directory.addToken({ name: "till", roles: ["till"] });
		const text = readFileSync(path, "utf8");
		expect(text).not.toContain(secret.slice(3));
		expect(text).not.toContain(token.secret.slice(3));
		expect(text).not.toContain(password);
	});

	it("take the user's role of now, and end with the user and with a new password", async () => {
		const directory = open();
		await directory.makeFirst("mara", password);
		await directory.addUser("ben", "clerk", password);
		const [first, second] = [await directory.startSession("ben", "a"), await directory.startSession("ben", "b")];
		expect((await directory.who(first.secret))!.may("labels.bind")).toBe(true);
		await directory.setRole("ben", "viewer");
		expect((await directory.who(first.secret))!.may("labels.bind")).toBe(false);
		await directory.setPassword("ben", "another plain phrase", first.session.id);
		expect(await directory.who(second.secret)).toBeUndefined();
		expect(await directory.who(first.secret)).toBeDefined();
		await directory.removeUser("ben");
		expect(await directory.who(first.secret)).toBeUndefined();
	});

	it("of one user are at most fifty; the oldest goes", async () => {
		const directory = open();
		await directory.makeFirst("mara", password);
		const all = [];
		for (let at = 0; at < 52; at += 1) all.push(await directory.startSession("mara", "a"));
		expect(await directory.who(all[0]!.secret)).toBeUndefined();
		expect(await directory.who(all[51]!.secret)).toBeDefined();
		expect(await directory.sessions()).toHaveLength(50);
	});
});

describe("tokens", () => {
	it("have scopes and an expiry, and are revoked at once", async () => {
		const directory = open();
		const till = await directory.addToken({ name: "till-3", roles: ["till"], expiresAt: new Date(now + 1_000).toISOString() });
		const found = (await directory.who(till.secret, "10.0.0.3"))!;
		expect(found.actor).toEqual({ kind: "token", name: "till-3", address: "10.0.0.3" });
		expect([found.may("sales.write"), found.may("labels.bind")]).toEqual([true, false]);
		now += 1_000;
		expect(await directory.who(till.secret)).toBeUndefined();
		const other = await directory.addToken({ name: "probe", roles: ["metrics"] });
		expect(await directory.who(other.secret)).toBeDefined();
		await directory.revokeToken("probe");
		expect(await directory.who(other.secret)).toBeUndefined();
		expect(await refused(directory.revokeToken("probe"))).toBe("token-unknown");
		expect(await refused(directory.addToken({ name: "x", roles: ["pricer"] }))).toBe("role-unknown");
		expect(await refused(directory.addToken({ name: "x", roles: [] }))).toBe("role-unknown");
		expect(await refused(directory.addToken({ name: "x", roles: ["till"], expiresAt: new Date(now).toISOString() }))).toBe("expiry-bad");
	});

	it("fixed by the configuration work beside the others and cannot be made twice", async () => {
		const directory = open({ fixedTokens: [{ name: "file", roles: ["technician"], secret: "0123456789abcdef" }] });
		expect((await directory.who("0123456789abcdef"))!.may("users.write")).toBe(true);
		expect(await directory.who("0123456789abcde")).toBeUndefined();
		expect(await refused(directory.addToken({ name: "file", roles: ["till"] }))).toBe("name-taken");
	});
});

describe("the access file", () => {
	it("is for its owner alone, and one that others can read is refused, also while the gateway runs", async () => {
		const directory = open();
		const { secret } = await directory.addToken({ name: "probe", roles: ["metrics"] });
		expect(statSync(path).mode & 0o777).toBe(0o600);
		expect(await directory.who(secret)).toBeDefined();
		for (const mode of [0o604, 0o660, 0o666]) {
			chmodSync(path, mode);
			await expect(directory.who(secret)).rejects.toThrow(FileTooOpen);
		}
		chmodSync(path, 0o600);
		expect(await directory.who(secret)).toBeDefined();
	});

	it("is read again at once when another process edits it", async () => {
		const directory = open();
		const { secret } = await directory.addToken({ name: "probe", roles: ["metrics"] });
		const script = `
			const { accessFile } = await import("./src/access/access-file.ts");
			await accessFile(${JSON.stringify(path)}).update((records) => { records.tokens = []; });`;
		expect(await directory.who(secret)).toBeDefined();
		execFileSync(process.execPath, ["--input-type=module", "-e", script]);
		expect(await directory.who(secret)).toBeUndefined();
	});

	it("loses no edit of two processes at once", async () => {
		const script = `
			const { accessFile } = await import("./src/access/access-file.ts");
			const { openDirectory } = await import("./src/access/directory.ts");
			const directory = openDirectory({ site: "gateway", repository: accessFile(${JSON.stringify(path)}) });
			for (let at = 0; at < 20; at += 1) await directory.addToken({ name: "other-" + at, roles: ["till"] });`;
		const other = import("node:child_process").then(
			({ execFile }) =>
				new Promise((resolve, reject) =>
					execFile(process.execPath, ["--input-type=module", "-e", script], (error) => (error ? reject(error) : resolve(0))),
				),
		);
		const directory = open();
		for (let at = 0; at < 20; at += 1) await directory.addToken({ name: `own-${at}`, roles: ["till"] });
		await other;
		expect(await directory.tokens()).toHaveLength(40);
	});

	it("takes over a lock that a killed process left", async () => {
		writeFileSync(`${path}.lock`, "999999999 1");
		await open().addToken({ name: "probe", roles: ["metrics"] });
		expect(await open().tokens()).toHaveLength(1);
	});

	it("that is damaged lets nobody in, and is not written over", async () => {
		writeFileSync(path, '{"users": [', { mode: 0o600 });
		await expect(open().who("gt_x")).rejects.toThrow("not JSON");
		await expect(open().addToken({ name: "probe", roles: ["metrics"] })).rejects.toThrow("not JSON");
		expect(readFileSync(path, "utf8")).toBe('{"users": [');
	});
});

it("makes a key file once only", () => {
	const file = join(folder, "key");
	createSecretFile(file, "first");
	expect(() => createSecretFile(file, "second")).toThrow("EEXIST");
	expect(readSecretFile(file)).toBe("first");
});

describe("sign-in", () => {
	it("answers an unknown name as it does a wrong password, and makes a guesser wait", async () => {
		const directory = open();
		await directory.makeFirst("mara", password);
		const alarms: string[] = [];
		const door = openSignIn({ directory, alarm: (name, address) => void alarms.push(`${name} ${address}`), now: () => now });
		const { secret } = await door.signIn("mara", password, "10.0.0.7");
		expect((await directory.who(secret))!.actor.name).toBe("mara");
		expect(await refused(door.signIn("nobody", password, "10.0.0.67"))).toBe("sign-in-wrong");
		for (let at = 0; at < 3; at += 1) expect(await refused(door.signIn("mara", "wrong", "10.0.0.66"))).toBe("sign-in-wrong");
		expect(await refused(door.signIn("mara", password, "10.0.0.66"))).toBe("sign-in-throttled");
		await door.signIn("mara", password, "10.0.0.7");
		for (let at = 0; at < 8; at += 1) {
			now += 60_000;
			await refused(door.signIn("mara", "wrong", "10.0.0.66"));
		}
		expect(alarms).toEqual(["mara 10.0.0.66"]);
	}, 120_000);
});
