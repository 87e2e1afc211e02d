import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { crc32c } from "../../../src/link/protocol/crc32c.ts";
import { maxWireBytes, pack, packData, readMessage, unpack } from "../../../src/link/protocol/envelope.ts";
import { clientIdOf, hqFilters, readTopic, shardOf, storeFilter, topicOf } from "../../../src/link/protocol/ids.ts";
import { genesis } from "../../../src/words/basics/chain.ts";

const json = (value: unknown): Buffer => Buffer.concat([Buffer.of(0), Buffer.from(JSON.stringify(value))]);
const gzip = (bytes: Buffer): Buffer => Buffer.concat([Buffer.of(1), gzipSync(bytes)]);
const head = { session: "s", stream: "facts" as const, epoch: "0".repeat(16), from: 1, n: 1, prevHash: genesis };

describe("an envelope", () => {
	it("carries a message there and back", () => {
		const nak = { stream: "facts" as const, epoch: "0123456789abcdef", have: 7, why: "gap" as const };
		expect(readMessage("up", "nak", pack(nak))).toMatchObject({ kind: "message", message: { ch: "nak", body: nak } });
	});

	it("is also read as plain JSON, which others may write", () => {
		expect(unpack(json({ a: 1 }))).toEqual({ kind: "json", value: { a: 1 } });
	});

	it("names what is wrong with rubbish instead of throwing", () => {
		const rubbish = [
			Buffer.alloc(0),
			Buffer.of(0),
			Buffer.of(1),
			Buffer.of(2, 1, 2),
			Buffer.from("{}"),
			Buffer.of(0, 0xff, 0xfe),
			Buffer.from([1, 0x1f, 0x8b, 8, 0, 0]),
			json(null),
			json([]),
			json({ session: "s" }),
			json({ stream: "facts", epoch: "x", have: -1 }),
		];
		for (const bytes of rubbish) {
			for (const channel of ["hello", "data", "ack", "nak", "cmd", "res"] as const) {
				expect(readMessage("up", channel, bytes).kind).toBe("malformed");
				expect(readMessage("dn", channel, bytes).kind).toBe("malformed");
			}
		}
	});

	it("does not unpack a bomb", () => {
		const bomb = gzip(Buffer.alloc(64 * 1024 * 1024));
		expect(bomb.length).toBeLessThan(maxWireBytes);
		expect(readMessage("up", "data", bomb).kind).toBe("too-large");
	});

	it("refuses what is larger than the wire, in both directions", () => {
		expect(unpack(Buffer.alloc(maxWireBytes + 1)).kind).toBe("too-large");
		let noise = "";
		for (let n = 1; noise.length < 300_000; n++) noise += Math.imul(n, 0x9e3779b1).toString(36);
		expect(packData(head, [JSON.stringify(noise)])).toBeUndefined();
	});

	it("notices any single flipped bit", () => {
		const whole = pack({ stream: "facts", epoch: "0123456789abcdef", have: 1234, why: "gap" });
		const expected = readMessage("up", "nak", whole);
		for (let bit = 0; bit < whole.length * 8; bit++) {
			const bent = Buffer.from(whole);
			bent[bit >> 3]! ^= 1 << (bit & 7);
			const read = readMessage("up", "nak", bent);
			// Bits of gzip's header (time, system) mean nothing; any other changes the kind, never the content.
			if (read.kind === "message") expect(read).toEqual(expected);
		}
	});

	it("tolerates fields of a newer build", () => {
		expect(readMessage("dn", "hello", json({ v: 1, ask: true, since: "later" })).kind).toBe("message");
	});
});

describe("CRC-32C", () => {
	it("gives the check values of RFC 3720, appendix B.4", () => {
		expect(crc32c(Buffer.alloc(32))).toBe(0x8a9136aa);
		expect(crc32c(Buffer.alloc(32, 0xff))).toBe(0x62a8ab43);
		expect(crc32c(Buffer.from("123456789"))).toBe(0xe3069283);
	});
});

describe("a topic", () => {
	it("carries tenant, shard, store, direction and channel, and reads back", () => {
		const topic = { tenant: "acme", store: "zagreb-1", direction: "up", channel: "data" } as const;
		expect(topicOf(topic)).toBe(`gondola/1/acme/${shardOf("zagreb-1")}/zagreb-1/up/data`);
		expect(readTopic(topicOf(topic))).toEqual(topic);
		expect(topicOf(topic).split("/").length - 1).toBeLessThanOrEqual(7);
	});

	it("is not one of ours with another shard, a strange name or an unknown channel", () => {
		const shard = shardOf("s1");
		const wrong = shard === "00" ? "01" : "00";
		for (const topic of [
			`gondola/1/t/${wrong}/s1/up/data`,
			`gondola/1/t/${shard}/s1/up/gossip`,
			`gondola/1/t/${shard}/S.1/up/data`,
			`gondola/2/t/${shard}/s1/up/data`,
			"",
		]) {
			expect(readTopic(topic)).toBeUndefined();
		}
	});

	it("is heard by the store's one filter and by HQ's shards", () => {
		expect(storeFilter({ tenant: "t", store: "s1" })).toBe(`gondola/1/t/${shardOf("s1")}/s1/dn/+`);
		expect(hqFilters("t")).toEqual(["gondola/1/t/+/+/up/+"]);
		expect(hqFilters("t", ["0a", "ff"])).toEqual(["gondola/1/t/0a/+/up/+", "gondola/1/t/ff/+/up/+"]);
		expect(clientIdOf("t", "s1", 3)).toBe("gondola-t-s1-3");
	});
});
