import { execFile } from "node:child_process";
import { resolve } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { createOpWriter } from "../../../src/broker/ledger/session-log.ts";
import type { BrokerLedger } from "../../../src/broker/routing/facts.ts";
import { covers, filterTree, isFilter, matchFilter } from "../../../src/broker/routing/filter.ts";
import { follow, parsePath } from "../../../src/broker/routing/mapping.ts";
import { keyOfTopic, topicKey } from "../../../src/broker/topics.ts";
import type { StoreLedger } from "../../../src/flows/flows.ts";
import { createMemorySessionLog } from "../memory-session-log.ts";

describe("the broker's memory", () => {
	it("passes the suite that aedes publishes for persistences", async () => {
		const suite = resolve(import.meta.dirname, "persistence-suite.cjs");
		const env = { PATH: process.env["PATH"] };
		const { stdout } = await promisify(execFile)(process.execPath, ["--test", "--test-reporter=tap", suite], { env });
		expect(stdout).toMatch(/^# tests 50$/m);
		expect(stdout).toMatch(/^# pass 50$/m);
	});

	it("fits the store's ledger", () => {
		const fits = (ledger: StoreLedger): BrokerLedger => ledger;
		expect(fits).toBeTypeOf("function");
	});

	it("makes one commit of everything asked while the last one ran", async () => {
		const store = createMemorySessionLog();
		const sizes: number[] = [];
		const { promise: isDone, resolve: finish } = Promise.withResolvers<void>();
		const apply = async (ops: unknown[]): Promise<void> => {
			sizes.push(ops.length);
			await isDone;
		};
		const writer = createOpWriter({ ...store, apply }, () => {});
		const retain = (n: number) => writer.write([{ op: "retain", topic: `t/${n}`, qos: 1, payload: new Uint8Array(1) }]);
		const first = [retain(1), retain(2)];
		await new Promise((done) => setImmediate(done));
		const second = Array.from({ length: 50 }, (_, n) => retain(n));
		finish();
		await Promise.all([...first, ...second]);
		expect(sizes).toEqual([2, 50]);
	});

	it("keeps its tidying when the disk refuses, and does it with the next change", async () => {
		let isBroken = true;
		const applied: string[] = [];
		const writer = createOpWriter(
			{
				load: () => createMemorySessionLog().state(),
				apply: async (ops) => {
					if (isBroken) throw new Error("disk full");
					applied.push(...ops.map((op) => op.op));
				},
			},
			() => {},
		);
		writer.later({ op: "dequeue", client: "c", id: 1 });
		await expect(writer.write([{ op: "subscribe", client: "c", topic: "t", qos: 1 }])).rejects.toThrow("disk full");
		isBroken = false;
		await writer.write([{ op: "subscribe", client: "c", topic: "t", qos: 1 }]);
		expect(applied).toEqual(["dequeue", "subscribe"]);
	});
});

describe("a topic filter", () => {
	it("matches whole levels, and nothing that starts with $ by a wildcard [MQTT-4.7.1-2, 4.7.1-3, 4.7.2-1]", () => {
		const rows: [string, string, string[] | null][] = [
			["a/b", "a/b", []],
			["a/+", "a/b", ["b"]],
			["a/+/#", "a/b/c/d", ["b", "c/d"]],
			["a/#", "a", [""]],
			["+", "/a", null],
			["+/+", "/a", ["", "a"]],
			["/+", "/a", ["a"]],
			["#", "$SYS/x", null],
			["+/x", "$SYS/x", null],
			["$SYS/#", "$SYS/x", ["x"]],
			["a/b", "a/B", null],
			["a", "a/", null],
		];
		for (const [filter, topic, caught] of rows) {
			expect([filter, topic, matchFilter(filter, topic)]).toEqual([filter, topic, caught]);
			const tree = filterTree<string>();
			tree.set(filter, "c", filter);
			expect([filter, topic, tree.match(topic)]).toEqual([filter, topic, caught === null ? [] : [filter]]);
			tree.delete(filter, "c");
			expect(tree.size()).toBe(0);
		}
		expect(["a/#", "#", "+", "a/+/b", "a#", "a/#/b", "a+/b", ""].map(isFilter)).toEqual([
			true,
			true,
			true,
			true,
			false,
			false,
			false,
			false,
		]);
	});

	it("is allowed when all it can match is", () => {
		expect(covers("gondola/1/d/a/cmd/+", "gondola/1/d/a/cmd/+")).toBe(true);
		expect(covers("gondola/1/store/#", "gondola/1/store/price/+")).toBe(true);
		expect(covers("gondola/1/d/a/cmd/+", "gondola/1/d/a/cmd/#")).toBe(false);
		expect(covers("gondola/1/d/a/cmd/+", "gondola/1/d/+/cmd/x")).toBe(false);
		expect(covers("#", "$SYS/#")).toBe(false);
	});
});

describe("a path into a firmware's payload", () => {
	it("steps through names and positions, and never into what every object inherits", () => {
		expect(parsePath('$.readings[0]["a b"].grams')).toEqual(["readings", 0, "a b", "grams"]);
		for (const wrong of ["a..b", "a[", "a[x]", "a.", "$x[", "..", "a[*]"]) expect([wrong, parsePath(wrong)]).toEqual([wrong, null]);
		expect(follow({ a: [{ b: 1 }] }, ["a", 0, "b"])).toBe(1);
		expect(follow({}, ["constructor", "name"])).toBeUndefined();
	});
});

describe("a key in a topic", () => {
	it("comes back as it was, whatever HQ put into it", () => {
		for (const key of ["4711", "A/B+C#D%2f", "ä\u0000ö"]) {
			expect(topicKey(key)).not.toMatch(/[/+#\0]/);
			expect(keyOfTopic(topicKey(key))).toBe(key);
		}
	});
});
