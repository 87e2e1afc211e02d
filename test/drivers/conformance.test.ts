import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { allCodecs, bytesOf, type Codec, scaleCodecs, scannerCodecs, ssiPacketOf, ssiScan } from "./fuzz/codecs.ts";
import { fuzz } from "./fuzz/fuzz.ts";

beforeEach(() => void vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] }));
afterEach(() => void vi.useRealTimers());

/** What any driver of a family owes, whatever it speaks: the same tests for each, from its own right messages. */
const families: [string, () => Codec[]][] = [
	["scanner", scannerCodecs],
	["scale", scaleCodecs],
];

const isReading = (report: string): boolean => /"(type|kind)":"(scan|weight)"/.test(report);
const bare = (report: string): string => report.replace(/"(count|framing)":("?)\w+\2,?/g, "");

for (const [family, codecs] of families) {
	describe.each(codecs().map(({ name }, at) => [name, at] as const))(`a driver of the family ${family}: %s`, (_, at) => {
		const fresh = (): Codec => codecs()[at]!;
		const whole = (): Uint8Array => Buffer.concat(fresh().seeds);

		it("reads its messages in pieces of any size as it reads them whole", () => {
			const once = fresh();
			once.feed(whole());
			vi.advanceTimersByTime(1_000);
			const expected = once.said().map(bare);
			// A USB report is never cut.
			if (once.name === "scale hid") return;
			for (const size of [1, 2, 3, 7]) {
				const cut = fresh();
				const bytes = whole();
				for (let from = 0; from < bytes.length; from += size) cut.feed(bytes.subarray(from, from + size));
				vi.advanceTimersByTime(1_000);
				expect([size, cut.said().map(bare)]).toEqual([size, expected]);
			}
		});

		it("reads what comes after noise and silence", () => {
			const codec = fresh();
			codec.feed(Uint8Array.from({ length: 300 }, (__, n) => (n * 7 + 3) % 256));
			vi.advanceTimersByTime(2_000);
			codec.said();
			for (let n = 0; n < 3; n++) {
				codec.feed(codec.seeds[0]!);
				vi.advanceTimersByTime(1_000);
			}
			expect(codec.said().some(isReading)).toBe(true);
		});

		it("holds out a flood of rubbish, and reads what comes after it", () => {
			const codec = fresh();
			const rubbish = Uint8Array.from({ length: 4_096 }, (__, n) => 0x21 + (n % 90));
			for (let n = 0; n < 64; n++) codec.feed(rubbish);
			vi.advanceTimersByTime(2_000);
			codec.said();
			for (let n = 0; n < 3; n++) {
				codec.feed(codec.seeds[0]!);
				vi.advanceTimersByTime(1_000);
			}
			expect(codec.said().some(isReading)).toBe(true);
		});

		it("says nothing after it was stopped", () => {
			const codec = fresh();
			codec.feed(codec.seeds[0]!.subarray(0, 5));
			codec.stop?.();
			codec.said();
			vi.advanceTimersByTime(10_000);
			expect(codec.said()).toEqual([]);
		});
	});
}

describe("every codec", () => {
	it.each(allCodecs().map(({ name }, at) => [name, at] as const))(
		"%s takes random and mutated inputs without throw or hang",
		(_, at) => {
			expect(fuzz(allCodecs()[at]!, 3_000, 7)).toMatchObject({ inputs: 3_000 });
		},
		60_000,
	);
});

describe("Zebra SSI (case S3)", () => {
	const codecs = () => scannerCodecs().find(({ name }) => name === "scanner ssi")!;
	const texts = (codec: Codec): string[] =>
		codec.said().flatMap((report) => (isReading(report) ? [JSON.parse(report).text as string] : []));

	it("reads both forms of a code, and not twice what is sent again", () => {
		const codec = codecs();
		const again = Uint8Array.from(ssiScan);
		again[3] = 0x01;
		codec.feed(ssiPacketOf(ssiScan));
		codec.feed(ssiPacketOf(again));
		codec.feed(ssiPacketOf(Uint8Array.of(0, 0xf3, 0, 0, 0x1c, 0x01, 0x00, 0x03, 0x61, 0x62, 0x63)));
		expect(texts(codec)).toEqual(["4006381333931", "abc"]);
	});

	it("joins a code of several packets", () => {
		const codec = codecs();
		const packet = (head: number[], count: number): Uint8Array => {
			const body = [0, ...head, ...Array<number>(count).fill(0x5a)];
			return ssiPacketOf(Uint8Array.from(body));
		};
		codec.feed(packet([0x73, 2, 0, 0, 0xf3, 0, 0, 0x01, 0xf7, 0x1c, 0x01, 0x01, 0xf4], 241));
		codec.feed(packet([0x73, 0, 0, 1], 250));
		codec.feed(packet([0x73, 0, 0, 2], 9));
		expect(texts(codec)).toEqual(["Z".repeat(500)]);
	});
});

describe("a code that Zebra SSI sends in segments", () => {
	const packet = (head: number[], text: string): Uint8Array => ssiPacketOf(Uint8Array.of(0, ...head, ...bytesOf(text)));
	const first = packet([0x73, 2, 0, 0, 0xf3, 0, 0, 0x01, 0xf7, 0x1c, 0x01, 0x01, 0xf4], "a".repeat(241));
	const second = packet([0x73, 0, 0, 1], "b".repeat(250));
	const third = packet([0x73, 0, 0, 2], "c".repeat(9));
	const whole = "a".repeat(241) + "b".repeat(250) + "c".repeat(9);
	const heard = (...packets: Uint8Array[]) => {
		const codec = scannerCodecs().find(({ name }) => name === "scanner ssi")!;
		for (const bytes of packets) codec.feed(bytes);
		const reports = codec.said().map((report) => JSON.parse(report) as { type: string; text?: string; count?: number });
		return reports.map(({ type, text, count }) => text ?? `${type} ${count}`);
	};

	it("has a segment once that was sent again, because its acknowledgement was lost", () => {
		expect(heard(first, first, second, second, third)).toEqual([whole]);
	});
	it("is one scan when its last segment is sent again", () => {
		expect(heard(first, second, third, third)).toEqual([whole]);
	});
	it("is given up and counted once when a segment is missing, and the next code is read", () => {
		expect(heard(first, third, first, second, third)).toEqual(["garbled 1", whole]);
		expect(heard(second, third, first, second, third)).toEqual(["garbled 1", whole]);
		expect(heard(first, second, first, second, third)).toEqual(["garbled 1", whole]);
	});
});

describe("noise on a line of Zebra SSI", () => {
	it("is counted once per run, not per byte", () => {
		const codec = scannerCodecs().find(({ name }) => name === "scanner ssi")!;
		codec.feed(Uint8Array.from({ length: 40 }, () => 0x55));
		codec.feed(ssiPacketOf(ssiScan));
		codec.feed(Uint8Array.from({ length: 40 }, () => 0x55));
		vi.advanceTimersByTime(1_000);
		const counts = codec.said().map((report) => JSON.parse(report) as { type: string; count?: number });
		expect(counts.map(({ type, count }) => count ?? type)).toEqual([1, "scan", 2]);
	});
});

describe("Honeywell's decode header (case S3)", () => {
	it("tells length and symbology, and a code that came without it is not lost", () => {
		const codec = scannerCodecs().find(({ name }) => name === "scanner dechdr1")!;
		codec.feed(codec.seeds[0]!);
		codec.feed(bytesOf("96385074\r"));
		vi.advanceTimersByTime(1_000);
		expect(codec.said().map((report) => JSON.parse(report) as object)).toMatchObject([
			{ type: "scan", text: "4006381333931", aim: "]E0", framing: "length" },
			{ type: "scan", text: "96385074", framing: "gap" },
		]);
	});
});
