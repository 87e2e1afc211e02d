import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, describe, expect, it } from "vitest";
import { decodeFile, decodePieces } from "../../../src/hq/csv/encodings.ts";
import { readCsv } from "../../../src/hq/csv/read.ts";
import { linesOf, splitRows } from "../../../src/hq/csv/table.ts";
import { partsFrom } from "../../../src/hq/intake/part-files.ts";
import { readLarge } from "../../../src/hq/intake/read-large.ts";
import { openSpool, uploadFile } from "../../../src/hq/intake/spool.ts";

const shapes = join(import.meta.dirname, "../../../../shared/data/price-shapes");
const home = mkdtempSync(join(tmpdir(), "gondola-large-"));
afterAll(() => rmSync(home, { recursive: true, force: true }));

const cut = <T extends string | Uint8Array>(whole: T, size: number): T[] =>
	Array.from({ length: Math.ceil(whole.length / size) }, (_, i) => whole.slice(i * size, (i + 1) * size) as T);

/** A file as it is read from the disk, in the form of the reading in memory. */
async function readFromDisk(bytes: Uint8Array, usualCurrency?: string) {
	const folder = mkdtempSync(join(home, "upload-"));
	writeFileSync(uploadFile(folder), bytes);
	const { onDisk, ...about } = await readLarge({ folder, mapping: undefined, usualCurrency }, () => {});
	const changes = [];
	for await (const part of partsFrom(folder, onDisk).parts()) changes.push(...part);
	return { ...about, changes: changes.sort((a, b) => (a.sku < b.sku ? -1 : a.sku > b.sku ? 1 : 0)) };
}

const outcome = (reading: Promise<object>): Promise<unknown> =>
	reading.catch((error: Error & { code?: string }) => ({ refused: error.code, why: error.message }));

describe("a price list that is read in pieces", () => {
	it("has the same rows wherever it is cut", () => {
		const text =
			'sku,name\r\n1,"a ""quoted"" one"\n2,"two\r\nlines"\r3,  "spaces" , last\n\n"4",plain "quote" inside\r\n5,"ends""here"\r\n6,no end';
		const whole = [...splitRows([text], ",")];
		expect(whole.map(({ line }) => line)).toEqual([1, 2, 3, 5, 7, 8, 9]);
		for (let size = 1; size < text.length; size += 1) {
			expect([...splitRows(cut(text, size), ",")]).toEqual(whole);
			expect([...linesOf(cut(text, size))]).toEqual(text.split(/\r\n|\n|\r/));
		}
	});

	it("names the line of a quote that is never closed, and of a list without line breaks", () => {
		const open = `sku,name\n1,a\n2,"${"x".repeat(90_000)}`;
		expect(() => [...splitRows(cut(open, 1_000), ",")]).toThrow(/Line 3 opens a quote/);
		expect(() => [...splitRows(cut(`sku\n${"1;".repeat(800_000)}`, 50_000), ",")]).toThrow(/Line 2 is longer than a million characters/);
	});

	it.each(["utf-8", "utf-16le", "utf-16be", "windows-1250", "windows-1254", "gb18030", "big5", "shift_jis"])(
		"is decoded from %s wherever it is cut",
		(encoding) => {
			const bytes = Uint8Array.from({ length: 400 }, (_, i) =>
				encoding.startsWith("utf-16") ? [0x4e, 0x2d][i % 2]! : i % 2 ? 0x41 : 0x20,
			);
			const sample: Record<string, number[]> = {
				"utf-8": [0xe4, 0xb8, 0xad, 0xf0, 0x9f, 0x8d, 0x8e],
				gb18030: [0xd6, 0xd0, 0x81, 0x30, 0x81, 0x30],
				big5: [0xa4, 0xa4],
				shift_jis: [0x92, 0x86],
				"windows-1250": [0x9a],
				"windows-1254": [0xfd],
			};
			const whole = Buffer.concat([bytes, Uint8Array.from(sample[encoding] ?? []), bytes]);
			const { text } = decodeFile(whole, encoding);
			for (const size of [1, 2, 3, 7, 64]) expect([...decodePieces(cut(whole, size), encoding, encoding)].join("")).toBe(text);
		},
	);

	it("names the line in which letters were lost, and an encoding that is not the file's", () => {
		const lost = Buffer.from("sku,name\r\n1,a\r\n2,\ufffd\r\n");
		for (const size of [1, 5, 100])
			expect(() => [...decodePieces(cut(lost, size), "utf-8", undefined)]).toThrow(/Line 3 holds the character U\+FFFD/);
		expect(() => [...decodePieces([Uint8Array.of(0x41, 0xff)], "utf-8", "utf-8")]).toThrow(/not in utf-8/);
	});

	it.each(readdirSync(shapes).filter((name) => name !== "README.md"))(
		"of the shape %s says what the reading in memory says (case H21)",
		async (name) => {
			const bytes = readFileSync(join(shapes, name));
			const inMemory = await outcome(
				readCsv(bytes, undefined, "EUR").then((read) => ({
					...read,
					changes: read.changes.sort((a, b) => (a.sku < b.sku ? -1 : a.sku > b.sku ? 1 : 0)),
				})),
			);
			expect(await outcome(readFromDisk(bytes, "EUR"))).toEqual(inMemory);
		},
	);

	it("is one of many parts: repeated and contradicting rows are found wherever they stand (case H22)", async () => {
		const rows = Array.from({ length: 12_000 }, (_, i) => `S${i},Article ${i},${(i % 90) + 1}.00,EUR`);
		const text = ["sku,name,amount,currency", ...rows, "S17,Article 17,18.00,EUR", "S18,Article 18,99.00,EUR", "S19,x,1;9,EUR"].join("\n");
		const read = await readFromDisk(gzipSync(text));
		expect(read).toMatchObject({ rows: 12_003, rejectedCount: 3, notes: ["The file was packed by gzip.", "The file is in utf-8."] });
		expect(read.changes).toHaveLength(11_999);
		expect(read.rejected.map(({ line, column }) => [line, column])).toEqual([
			[20, "sku"],
			[12_003, "sku"],
			[12_004, "amount"],
		]);
	});

	it("counts all refused rows and names the first 10,000", async () => {
		const text = `sku,name,amount,currency\n${"1,a,x,EUR\n".repeat(25_000)}`;
		const read = await readFromDisk(Buffer.from(text));
		expect(read).toMatchObject({ rows: 25_000, rejectedCount: 25_000, changes: [] });
		expect(read.rejected).toHaveLength(10_000);
		expect(read.rejected.at(-1)).toMatchObject({ line: 10_001, column: "amount" });
	});

	it("of JSON lines keeps their numbers, and refuses a line that is no object", async () => {
		const lines = Array.from({ length: 300 }, (_, i) =>
			JSON.stringify({ sku: `J${i}`, name: `n ${i}`, amount: i === 7 ? "x" : "1.50", currency: "EUR" }),
		);
		const read = await readFromDisk(Buffer.from(lines.join("\r\n")));
		expect(read).toMatchObject({ rows: 300, rejected: [{ line: 8, column: "amount" }] });
		expect(await outcome(readFromDisk(Buffer.from(`${lines.join("\n")}\n[1]\n`)))).toMatchObject({
			why: expect.stringMatching(/^Line 301 is no JSON object/),
		});
	});
});

describe("an upload", () => {
	const limits = { inMemoryBytes: 1_000, mostBytes: 5_000 };
	async function* pieces(count: number) {
		for (let i = 0; i < count; i += 1) yield new Uint8Array(100).fill(i);
	}

	it("lies on the disk while it is large, and leaves nothing there", async () => {
		const directory = mkdtempSync(join(home, "spool-"));
		const spool = openSpool(directory, limits);
		const small = await spool.take(pieces(10), () => {});
		expect(small).toMatchObject({ bytes: 1_000, folder: undefined });
		const large = await spool.take(pieces(20), () => {});
		expect(large).toMatchObject({ bytes: 2_000, content: undefined });
		expect(readFileSync(uploadFile(large.folder!))).toHaveLength(2_000);
		large.drop();
		await expect(spool.take(pieces(51), () => {})).rejects.toMatchObject({ code: "body-too-large" });
		expect(readdirSync(join(directory, "intake"))).toEqual([]);
	});

	it("of a process that was killed is removed by the next one", async () => {
		const directory = mkdtempSync(join(home, "spool-"));
		const spool = openSpool(directory, limits);
		const own = await spool.take(pieces(20), () => {});
		// No process has this number: it is above the largest that Linux gives.
		const left = join(directory, "intake", "99999999-abc");
		writeFileSync(left, "x");
		openSpool(directory, limits);
		expect(readdirSync(join(directory, "intake"))).toEqual([own.folder!.split("/").at(-1)]);
	});
});
