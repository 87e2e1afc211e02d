import { describe, expect, it } from "vitest";
import { openStoreSession } from "../../../src/link/hq/session.ts";
import { usualRate } from "../../../src/link/machine/rate-limit.ts";
import { type Ack, type Cmd, type HelloUp, linkVersion, type Res } from "../../../src/link/protocol/messages.ts";
import { noLog } from "../../../src/link/run/clock.ts";
import { commandRunner } from "../../../src/link/store/commands.ts";
import { watchContact } from "../../../src/link/store/contact.ts";
import type { LinkLedger } from "../../../src/link/store/ledger-port.ts";
import { genesis } from "../../../src/words/basics/chain.ts";
import { openHqMemory } from "./memory.ts";
import { openWorld } from "./world.ts";

const hello: HelloUp = {
	v: linkVersion,
	inc: 1,
	boot: "b",
	session: "s",
	build: "t",
	schema: 1,
	clock: { wall: "2026-03-01T00:00:00.000Z", monoMs: 1, quality: "synced" },
	up: {},
	dn: {},
	free: { bytes: null, offlineDaysLeft: null },
};
const ack = (session: string): Ack => ({ session, stream: "catalog", epoch: "00000000000000e1", upTo: 0, hash: genesis, window: 8 });

describe("head office's last contact with a store", () => {
	it("is any word of the box that greeted, noted once a minute", async () => {
		const world = openWorld(1);
		const seenAt: number[] = [];
		const book = { ...openHqMemory(world), seen: async () => void seenAt.push(world.nowMs()) };
		const session = openStoreSession({
			store: "s1",
			repository: book,
			clock: world,
			dice: world.dice,
			log: noLog,
			rateLimit: usualRate,
			wall: world.wall,
			publish() {},
		});
		session.arrived({ ch: "hello", body: hello });
		await world.run(5_000);
		expect(session.status().state).toBe("talking");
		for (let n = 0; n < 30; n += 1) {
			session.arrived({ ch: "ack", body: ack("s") });
			await world.run(10_000);
		}
		expect(seenAt.length).toBe(4);
		for (const [n, at] of seenAt.entries()) expect(at - (seenAt[n - 1] ?? 0)).toBeGreaterThanOrEqual(60_000);
		await world.run(60_000);
		// A box that was replaced may still be switched on.
		session.arrived({ ch: "ack", body: ack("another") });
		expect(seenAt.length).toBe(4);
		session.stop();
	});
});

describe("a line that never was up", () => {
	const recorded = async (happens: (contact: ReturnType<typeof watchContact>, world: ReturnType<typeof openWorld>) => Promise<void>) => {
		const world = openWorld(1);
		const lines: object[] = [];
		const ledger = {
			now: () => ({ wall: world.wall() }),
			read: { link: { lastContactAt: () => null } },
			do: async (_: string, line: object) => void lines.push({ ...line, atMs: world.nowMs() }),
		} as unknown as LinkLedger;
		const contact = watchContact({ ledger, clock: world, log: noLog });
		await happens(contact, world);
		await world.run(300_000);
		contact.stop();
		return lines;
	};

	it("is said half a minute after the start with the last reason, not at a later try", async () => {
		const lines = await recorded(async (contact, world) => {
			await world.run(1_000);
			contact.record(false, "the name has no address");
			await world.run(9_000);
			contact.record(false, "a certificate is not trusted");
		});
		expect(lines).toEqual([{ up: false, why: "a certificate is not trusted", atMs: 30_000 }]);
	});

	it("is not said where it comes up in that time, nor after its link was stopped", async () => {
		const came = await recorded(async (contact, world) => {
			contact.record(false, "nobody listens");
			await world.run(20_000);
			contact.record(true);
		});
		expect(came).toEqual([{ up: true, atMs: 20_000 }]);
		const stopped = await recorded(async (contact) => {
			contact.record(false, "nobody listens");
			contact.stop();
		});
		expect(stopped).toEqual([]);
	});
});

describe("a box that names itself a higher incarnation", () => {
	it("is not let in, and does not fence the box that has the store's place", async () => {
		const world = openWorld(1);
		const memory = openHqMemory(world);
		const load = async (store: string) => {
			const known = await memory.load(store);
			return known && { ...known, incMost: known.inc };
		};
		const session = openStoreSession({
			store: "s1",
			repository: { ...memory, load },
			clock: world,
			dice: world.dice,
			log: noLog,
			rateLimit: usualRate,
			wall: world.wall,
			publish() {},
		});
		session.arrived({ ch: "hello", body: hello });
		await world.run(1_000);
		session.arrived({ ch: "hello", body: { ...hello, inc: 5_000, boot: "thief", session: "thief" } });
		await world.run(1_000);
		expect(session.status()).toMatchObject({ state: "talking", session: "s", inc: 1, refused: 1 });
		const kept = memory.load("s1");
		await world.run(1_000);
		expect((await kept)?.inc).toBe(1);
		session.stop();
	});
});

describe("a command that a broker kept", () => {
	function desk(hqNowMs: () => number | undefined) {
		const done: string[] = [];
		const answers: Res[] = [];
		const ledger = {
			read: { link: { commandResult: () => undefined, dn: () => undefined } },
			do: async () => undefined,
		} as unknown as LinkLedger;
		const note = (name: string) => async () => void done.push(name);
		const take = commandRunner({
			ledger,
			log: noLog,
			hqNowMs,
			commands: { dance: note("dance"), recall: note("recall") },
			answer: (res) => void answers.push(res),
		});
		return { take, done, answers };
	}
	const cmd = (more: Partial<Cmd> = {}): Cmd => ({ id: "c1", name: "dance", args: {}, ttlMs: 60_000, ...more });
	const at = "2026-03-01T12:00:00.000Z";
	const after = (ms: number) => () => Date.parse(at) + ms;

	it("is done within its time, and refused after it by head office's clock", async () => {
		const early = desk(after(59_000));
		early.take(cmd({ at }));
		await new Promise(setImmediate);
		expect([early.done, early.answers]).toEqual([["dance"], [{ id: "c1", code: "done", out: null }]]);
		const late = desk(after(60_001));
		late.take(cmd({ at }));
		await new Promise(setImmediate);
		expect([late.done, late.answers]).toEqual([[], [{ id: "c1", code: "expired", out: null }]]);
	});

	it("is done when an older head office does not say when it asked, when there was no welcome yet, and when it only looks", async () => {
		for (const [asked, nowMs] of [
			[cmd(), after(9e6)],
			[cmd({ at }), () => undefined],
			[cmd({ at, name: "recall" }), after(9e6)],
		] as const) {
			const { take, done } = desk(nowMs);
			take(asked);
			await new Promise(setImmediate);
			expect(done).toEqual([asked.name]);
		}
	});
});
