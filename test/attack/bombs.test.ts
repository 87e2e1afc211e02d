/** Small things that want to become large: at head office's doors, and where receipts come in. Each is refused by its code, and others are served. */
import { crc32, deflateRawSync, deflateSync, gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { routeRights } from "../../src/hq/people/route-rights.ts";
import { type Office, startOffice } from "../support/processes.ts";
import { until } from "../support/until.ts";
import { type CounterUnderAttack, printByEpos, startCounter } from "./counter.ts";
import { hold, raw, request } from "./world.ts";

const mebibyte = 2 ** 20;

/** An archive as a workbook is one. */
function zip(files: [name: string, content: Buffer][]): Buffer {
	const [locals, list]: [Buffer[], Buffer[]] = [[], []];
	let at = 0;
	for (const [name, content] of files) {
		const packed = deflateRawSync(content);
		const [local, entry, title] = [Buffer.alloc(30), Buffer.alloc(46), Buffer.from(name)];
		local.writeUInt32LE(0x04034b50, 0);
		entry.writeUInt32LE(0x02014b50, 0);
		for (const [head, from] of [
			[local, 8],
			[entry, 10],
		] as const) {
			head.writeUInt16LE(8, from);
			head.writeUInt32LE(crc32(content), from + 6);
			head.writeUInt32LE(packed.length, from + 10);
			head.writeUInt32LE(content.length, from + 14);
			head.writeUInt16LE(title.length, from + 18);
		}
		entry.writeUInt32LE(at, 42);
		locals.push(local, title, packed);
		list.push(entry, title);
		at += 30 + title.length + packed.length;
	}
	const end = Buffer.alloc(22);
	end.writeUInt32LE(0x06054b50, 0);
	end.writeUInt16LE(files.length, 8);
	end.writeUInt16LE(files.length, 10);
	end.writeUInt32LE(Buffer.concat(list).length, 12);
	end.writeUInt32LE(at, 16);
	return Buffer.concat([...locals, ...list, end]);
}
const sheet = (rows: string): Buffer =>
	zip([["xl/worksheets/sheet1.xml", Buffer.from(`<worksheet><sheetData>${rows}</sheetData></worksheet>`)]]);

describe("at head office", () => {
	let office: Office;
	let port: number;
	beforeAll(async () => {
		office = await startOffice();
		port = Number(new URL(office.url).port);
		await office.ask("/api/v1/stores", { method: "POST", headers: { "content-type": "application/json" }, body: '{"id":"0117"}' });
	}, 400_000);
	afterAll(() => office?.end());

	const open = Object.entries(routeRights)
		.filter(([route, right]) => route.startsWith("POST") && (right === "claim" || right === "anyone"))
		.map(([route]) => route.slice(5));
	it.each(open)("a stranger's body of a megabyte at %s is not read", async (target) => {
		const answer = await request(port, { method: "POST", target, body: JSON.stringify({ name: "x".repeat(mebibyte) }) });
		expect([answer.status, answer.body]).toEqual([413, expect.stringContaining("body-too-large")]);
	});

	it.each<[string, string, () => string]>([
		["deeper than any schema", "bad-request", () => `${"[".repeat(4 * mebibyte)}${"]".repeat(4 * mebibyte)}`],
		["of objects a thousand deep", "bad-request", () => `${'{"a":'.repeat(1_000)}1${"}".repeat(1_000)}`],
		["of more values than any list has", "bad-request", () => `[${"{},".repeat(4 * mebibyte)}{}]`],
	])("a push in JSON %s is refused before it is parsed", async (_, code, body) => {
		const answer = await office.ask("/api/v1/pushes", { method: "POST", headers: { "content-type": "application/json" }, body: body() });
		expect([answer.status, await answer.json()]).toEqual([400, expect.objectContaining({ code })]);
	});

	const bombs: [string, string, () => Buffer][] = [
		["gzip of a hundred thousand commas a line", "bad-csv", () => gzipSync(Buffer.from(`sku,price\n${",".repeat(2 * mebibyte)}`))],
		["gzip of two hundred megabytes of zeros", "bad-csv", () => gzipSync(Buffer.alloc(200 * mebibyte))],
		["a workbook whose every row names only its last column", "bad-csv", () => sheet('<row><c r="XFD1"/></row>'.repeat(100_000))],
		["XML with a million attributes", "bad-csv", () => Buffer.from(`<a ${'b="1" '.repeat(mebibyte)}<`)],
		["XML a million deep", "bad-csv", () => Buffer.from("<a>".repeat(mebibyte))],
		["XML with entities of its own", "bad-csv", () => Buffer.from('<!DOCTYPE a [<!ENTITY b "xxxxxxxxxx">]><a>&b;</a>')],
		["XML whose comment does not end", "bad-csv", () => Buffer.from(`<a>${"<!--".repeat(mebibyte)}`)],
		["JSON lines that nest", "bad-csv", () => Buffer.from(`{"a":${"[".repeat(2 * mebibyte)}`)],
		["a line of two megabytes", "bad-csv", () => Buffer.from(`sku,price\n"${"a".repeat(2 * mebibyte)}`)],
	];
	/** How often somebody else was answered until this was. */
	async function answersBefore(asked: Promise<Response>): Promise<{ answer: Response; others: number }> {
		let done = false;
		let others = 0;
		const answer = asked.finally(() => (done = true));
		while (!done) {
			await fetch(`${office.url}/healthz`);
			if (!done) others += 1;
		}
		return { answer: await answer, others };
	}
	it.each(bombs)(
		"as a price list, %s is refused",
		async (name, code, make) => {
			const body = new Uint8Array(make());
			const headers = { "content-type": "application/octet-stream" };
			const { answer, others } = await answersBefore(office.ask("/api/v1/pushes?id=bomb&stores=all", { method: "POST", headers, body }));
			expect([answer.status, await answer.json()]).toEqual([400, expect.objectContaining({ code })]);
			expect((await office.ask("/api/v1/pushes/bomb")).status).toBe(404);
			// The bombs that take their time are opened beside everything else.
			if (/gzip|workbook/.test(name)) expect(others).toBeGreaterThan(3);
		},
		120_000,
	);

	it.each(bombs)(
		"where a list's columns are guessed, %s is refused",
		async (name, code, make) => {
			const body = new Uint8Array(make());
			const headers = { "content-type": "application/octet-stream" };
			const { answer, others } = await answersBefore(office.ask("/api/v1/price-lists/guess", { method: "POST", headers, body }));
			expect([answer.status, await answer.json()]).toEqual([400, expect.objectContaining({ code })]);
			if (/gzip|workbook/.test(name)) expect(others).toBeGreaterThan(3);
		},
		120_000,
	);
});

/** A PNG whose header says so many dots, and that holds as good as none. */
function png(width: number, height: number): Buffer {
	const chunk = (type: string, content: Buffer): Buffer => {
		const named = Buffer.concat([Buffer.from(type), content]);
		const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
		length.writeUInt32BE(content.length);
		sum.writeUInt32BE(crc32(named));
		return Buffer.concat([length, named, sum]);
	};
	const head = Buffer.alloc(13);
	head.writeUInt32BE(width, 0);
	head.writeUInt32BE(height, 4);
	head.set([8, 6], 8);
	const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
	return Buffer.concat([signature, chunk("IHDR", head), chunk("IDAT", deflateSync(Buffer.alloc(1_000))), chunk("IEND", Buffer.alloc(0))]);
}

describe("where receipts come in", () => {
	let counter: CounterUnderAttack;
	beforeAll(async () => {
		counter = await startCounter("0117");
	}, 400_000);
	afterAll(async () => {
		// Whatever was tried, a receipt is printed.
		expect((await counter.ask("POST", "/print-jobs", { id: "last", document: "Thank you" })).status).toBe(201);
		await until(async () => (await counter.jobs()).some(({ id, state }) => id === "last" && state === "printed"), "the last receipt");
		await counter.end();
	});

	it.each<[string, string]>([
		["a picture that says a thousand million dots", `{image:${png(40_000, 40_000).toString("base64")}}`],
		["a picture that says it is four thousand million wide", `{image:${png(0xffff_ffff, 1).toString("base64")}}`],
		["a picture of no size", `{image:${png(0, 0).toString("base64")}}`],
		["a picture that is none", "{image:AAAA}"],
		["more lines than any receipt", "a\n".repeat(3_000)],
		["a million line ends", "\n".repeat(60_000)],
		["hundreds of QR codes", "{code:x;option:qrcode,3,l}\n".repeat(200)],
		["nine pictures", `{image:${png(8, 8).toString("base64")}}\n`.repeat(9)],
	])("a document with %s is refused by name, and is no job", async (_, document) => {
		const answer = await counter.ask("POST", "/print-jobs", { id: "bomb", document });
		expect(answer.status).toBeGreaterThanOrEqual(400);
		expect(answer.status).toBeLessThan(500);
		expect(((await answer.json()) as { code: string }).code).toMatch(/^[a-z-]+$/);
		expect((await counter.jobs()).map(({ id }) => id)).not.toContain("bomb");
	});

	it("a document of a million lines or ten thousand QR codes is larger than any body", async () => {
		for (const document of ["a\n".repeat(1_000_000), "{code:x;option:qrcode,3,l}\n".repeat(10_000)])
			expect((await counter.ask("POST", "/print-jobs", { id: "bomb", document })).status).toBe(413);
	});

	it.each<[string, string]>([
		["more elements than any receipt", "<feed/>".repeat(6_000)],
		["a hundred thousand attributes", `<feed ${Array.from({ length: 100_000 }, (_, n) => `a${n}="1"`).join(" ")}/>`],
		["entities of its own", "</epos-print><!DOCTYPE a><epos-print>"],
		["half a million comments", "<!---->".repeat(500_000)],
		["a hundred elements one in another", "<page>".repeat(100) + "</page>".repeat(100)],
	])("at the ePOS door, %s is an error of the document's form, and prints nothing", async (_, operations) => {
		const before = (await counter.jobs()).length;
		expect(await printByEpos(counter, `<text>begin&#10;</text>${operations}<cut/>`)).toMatch(/success="false" code="SchemaError"/);
		expect((await counter.jobs()).length).toBe(before);
	});

	it("at the ePOS door, a picture that says a thousand million dots prints nothing", async () => {
		const said = await printByEpos(counter, '<image width="40000" height="40000">AAAA</image><cut/>');
		expect(said).toMatch(/success="false"/);
	});

	it("at the ePOS door, a document of five megabytes is too large", async () => {
		expect(await printByEpos(counter, `<text>${"a".repeat(5 * mebibyte)}</text>`)).toMatch(/code="RequestEntityTooLarge"/);
	});

	it.each<[string, () => Buffer]>([
		["a picture of four thousand million dots", () => Buffer.from([0x1d, 0x76, 0x30, 0, 0xff, 0xff, 0xff, 0xff])],
		["graphics of two thousand megabytes", () => Buffer.from([0x1d, 0x38, 0x4c, 0xff, 0xff, 0xff, 0x7f, 0x30, 0x70])],
		["a slip without an end", () => Buffer.alloc(3 * mebibyte, 0x41)],
		[
			"settings without an end",
			() => {
				const settings = Array.from({ length: 40 }, (_, n) => {
					const piece = Buffer.alloc(5 + 4_000);
					piece.set([0x1d, 0x28, 0x6b, 4_000 & 255, 4_000 >> 8, 49, n]);
					return piece;
				});
				return Buffer.concat([...settings, Buffer.from([0x1d, 0x56, 0])]);
			},
		],
	])("on port 9100, %s ends the connection, and nothing of it is printed", async (_, make) => {
		const slips = counter.box.slips().length;
		const socket = hold(counter.raw, make());
		await until(() => socket.destroyed, "the connection ends");
		expect(counter.box.slips().length).toBe(slips);
		expect((await raw(counter.gateway.desk.port, "GET /healthz HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n\r\n")).status).toBe(
			200,
		);
	});
});
