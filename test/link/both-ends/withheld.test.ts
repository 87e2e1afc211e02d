import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, it } from "vitest";
import { alarmInWords } from "../../../src/daemon/alarm-words.ts";
import { type Clock, machineClock } from "../../../src/link/run/clock.ts";
import { eventually } from "../../support/until.ts";
import { type Box, openPair, type Pair } from "./pair.ts";

/** Five minutes of the store pass in a second and a half. */
const pace = 200;
const fast: Clock = {
	nowMs: () => machineClock.nowMs() * pace,
	after: (ms, call) => machineClock.after(ms / pace, call),
};

const root = mkdtempSync(join(tmpdir(), "gondola-withheld-"));
let pair: Pair;
let box: Box;
/** Messages that the broker swallows. */
let swallows: (direction: "up" | "dn", channel: string, body: { ask?: true }) => boolean = () => false;
beforeAll(async () => {
	pair = await openPair("s1");
	pair.tap = (direction, channel, payload) =>
		!swallows(direction, channel, JSON.parse(gunzipSync(payload.subarray(1)).toString()) as { ask?: true });
	box = pair.box(join(root, "s1"), {}, false, "s1", fast);
	await push("monday", 100);
	await eventually(async () => expect(charged()).toBe(100));
}, 120_000);
afterAll(async () => {
	await pair.close();
	rmSync(root, { recursive: true, force: true });
});

const push = (id: string, amountMinor: number) =>
	pair.hq.acceptPush({
		id,
		stores: "all",
		rejected: [],
		changes: [{ sku: "milk", amountMinor, currency: "EUR", kind: "regular", article: { name: "Milk" } }],
	});
function charged(): number | undefined {
	box.do("activateDue", {});
	return box.writer.book.prices.winning("milk", new Date().toISOString())?.amountMinor;
}
const alarm = (code: string) => box.writer.book.alarms.list().find(({ id, clearedAt }) => id === `${code}:hq` && clearedAt === null);

it("a broker that holds the newest prices back is noticed, and the alarm goes when they arrive", async () => {
	swallows = (direction, channel) => direction === "dn" && channel === "data";
	await push("tuesday", 120);
	await eventually(async () => expect(alarm("hq-withholds")).toMatchObject({ level: "RED" }), 60_000, 20);
	expect(charged()).toBe(100);
	expect(box.end.status().counts.withheld).toBeGreaterThan(0);
	for (const language of ["en", "zh-CN"] as const) expect(alarmInWords(alarm("hq-withholds")!, language).what).toMatch(/\d/);
	swallows = () => false;
	await eventually(async () => expect(alarm("hq-withholds")).toBeUndefined(), 60_000, 20);
	expect(charged()).toBe(120);
	expect(box.end.status().counts.withheld).toBe(0);
}, 120_000);

it("a broker that keeps the welcomes away while the rest crosses is noticed, and prices stay", async () => {
	swallows = (direction, channel, { ask }) => direction === "dn" && channel === "hello" && !ask;
	let n = 0;
	await eventually(
		async () => {
			// A line on which facts flow and are acknowledged.
			n += 1;
			const movement = { id: `m-${n}`, sku: "milk", quantity: -1, reason: "sale", occurredAt: new Date().toISOString() };
			box.do("recordMovement", movement);
			expect(alarm("hq-silent")).toMatchObject({ level: "RED" });
		},
		90_000,
		100,
	);
	expect(charged()).toBe(120);
	swallows = () => false;
	await eventually(async () => expect(alarm("hq-silent")).toBeUndefined(), 60_000, 20);
}, 180_000);
