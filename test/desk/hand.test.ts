/** The handheld page without a browser: what a code means, how a scanner is told from fingers, what an answer makes of an act. */
import { resolve } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { buildPage } from "../../src/desk/cockpit/build.ts";
import { codeOf } from "../../src/desk/hand/scanning/codes.ts";
import { steadyCodes } from "../../src/desk/hand/scanning/steady.ts";
import { wedge } from "../../src/desk/hand/scanning/wedge.ts";
import { outcomeOf } from "../../src/desk/hand/state/act.ts";
import { buildDesk } from "../../src/desk/server.ts";
import { deskOptions } from "./options.ts";

beforeAll(() => buildPage("hand"));

describe("the address /hand", () => {
	it("is a page with its files and a worker that may serve it without a network; the camera is for it alone", async () => {
		const handDir = resolve(import.meta.dirname, "../../dist/hand");
		const { app, stop } = await buildDesk(deskOptions({ handDir }));
		const page = await app.inject({ url: "/hand" });
		expect(page.headers["content-type"]).toContain("text/html");
		expect(page.headers["permissions-policy"]).toContain("camera=(self)");
		expect((await app.inject({ url: "/" })).headers["permissions-policy"]).toContain("camera=()");
		const files = [...page.payload.matchAll(/(?:src|href)="(\/hand\/assets\/[^"]+)"/g)].map(([, file]) => file!);
		expect(files.length).toBeGreaterThanOrEqual(2);
		for (const url of files) expect((await app.inject({ url })).headers["cache-control"]).toBe("public, max-age=31536000, immutable");
		const worker = await app.inject({ url: "/hand/worker.js" });
		expect([worker.statusCode, worker.headers["service-worker-allowed"], worker.headers["cache-control"]]).toEqual([
			200,
			"/hand",
			"no-cache",
		]);
		for (const url of ["/hand/assets/..%2findex.html", "/hand/assets/nothing.js", "/hand/nothing"])
			expect([url, (await app.inject({ url })).statusCode]).not.toEqual([url, 200]);
		await stop();
	});
});

describe("a code", () => {
	it.each([
		["3850334043641", { text: "3850334043641", key: "3850334043641" }],
		["]E03850334043641", { text: "3850334043641", key: "3850334043641" }],
		["]C1\u001d010400638133393110LOT7", { text: "010400638133393110LOT7", key: "04006381333931" }],
		["(01)04006381333931(10)A", { text: "(01)04006381333931(10)A", key: "04006381333931" }],
		["https://store.example/01/04006381333931?17=270131", { key: "04006381333931" }],
		["00:00:02:1a:2b:3c:4d:5e", { label: "0000021A2B3C4D5E" }],
		["  1001 ", { text: "1001", key: "1001" }],
	])("%j", (read, wanted) => {
		expect(codeOf(read)).toMatchObject(wanted);
	});

	it("of sixteen digits may be a GTIN with its element or a label: both are said", () => {
		expect(codeOf("0104006381333931")).toEqual({ text: "0104006381333931", key: "04006381333931", label: "0104006381333931" });
		expect(codeOf("0104006381333930")).toMatchObject({ key: "0104006381333930" });
		expect(codeOf(" \u001d ")).toBeUndefined();
	});
});

describe("a scanner that types", () => {
	const typed = (keys: readonly string[], everyMs: number): (string | undefined)[] => {
		const scanner = wedge();
		return keys.map((key, at) => scanner.key(key, 1_000 + at * everyMs));
	};
	it("is told from fingers by its pace", () => {
		expect(typed([..."4006381333931", "Enter"], 8).at(-1)).toBe("4006381333931");
		expect(typed([..."4006381333931", "Enter"], 200).at(-1)).toBeUndefined();
		expect(typed([..."12", "Enter"], 8).at(-1)).toBeUndefined();
	});
	it("may end with Tab, send Shift, and follow somebody's typing", () => {
		expect(typed([..."AB", "Shift", ..."C1", "Tab"], 8).at(-1)).toBe("ABC1");
		const scanner = wedge();
		for (const [at, key] of [..."12"].entries()) scanner.key(key, at * 300);
		for (const [at, key] of [..."1027"].entries()) scanner.key(key, 2_000 + at * 5);
		expect(scanner.key("Enter", 2_025)).toBe("1027");
	});
});

describe("an answer", () => {
	const act = { id: "hand-1" };
	const problem = (status: number, code: string) => ({ status, mediaType: "application/problem+json", json: { code, detail: "Why." } });

	it("ends an act only where the gateway gave it", () => {
		const json = { status: 201, mediaType: "application/json; charset=utf-8", json: { id: "hand-1" } };
		expect(outcomeOf(json, act)).toEqual({ is: "accepted" });
		// The log-in page of a Wi-Fi answers 200, too.
		expect(outcomeOf({ status: 200, mediaType: "text/html", json: {} }, act)).toEqual({ is: "later", mistake: false });
		expect(outcomeOf({ status: 403, mediaType: "text/html", json: undefined }, act)).toEqual({ is: "later", mistake: false });
		expect(outcomeOf({ status: 0, mediaType: "", json: undefined }, act)).toEqual({ is: "later", mistake: false });
	});

	it.each([
		[409, "movement-differs"],
		[404, "article-unknown"],
		[403, "right-missing"],
		[400, "bad-field"],
	])("%i %s refuses it, with the sentence", (status, code) => {
		expect(outcomeOf(problem(status, code), act)).toEqual({ is: "refused", code, said: "Why." });
	});

	it.each([
		[503, "ledger-troubled"],
		[429, "slow-down"],
	])("%i %s lets it wait", (status, code) => {
		expect(outcomeOf(problem(status, code), act)).toEqual({ is: "later", mistake: false });
	});

	it("that somebody else is signed in, or nobody, lets it wait for its person", () => {
		expect(outcomeOf(problem(409, "actor-differs"), act)).toEqual({ is: "signed-out", code: "actor-differs" });
		expect(outcomeOf(problem(401, "token-missing"), act)).toEqual({ is: "signed-out", code: "token-missing" });
	});

	it("that the gateway made a mistake holds up the acts behind it five times at most", () => {
		expect(outcomeOf(problem(500, "internal"), { ...act, mistakes: 3 })).toEqual({ is: "later", mistake: true });
		expect(outcomeOf(problem(500, "internal"), { ...act, mistakes: 4 })).toMatchObject({ is: "refused" });
	});
});

describe("a code before the camera", () => {
	const ean = (text: string) => [{ text, isLinear: true }];
	it("is scanned once two pictures agree on bars, and at once where the code corrects its own errors", () => {
		const seen = steadyCodes();
		expect(seen(ean("4006381333931"), 0)).toEqual({ state: "none" });
		expect(seen(ean("4006381333948"), 120)).toEqual({ state: "none" });
		expect(seen([], 240)).toEqual({ state: "none" });
		expect(seen(ean("4006381333948"), 360)).toEqual({ state: "scanned", text: "4006381333948" });
		expect(steadyCodes()([{ text: "https://example.org/01/04006381333931", isLinear: false }], 0)).toMatchObject({ state: "scanned" });
	});
	it("is not scanned by a picture of long ago, nor where several are in one picture", () => {
		const seen = steadyCodes();
		seen(ean("4006381333931"), 0);
		expect(seen(ean("4006381333931"), 5_000)).toEqual({ state: "none" });
		expect(seen([...ean("4006381333931"), ...ean("4006381333948")], 5_100)).toEqual({ state: "several" });
		// The same code twice on a packet is one code.
		expect(seen([...ean("4006381333931"), ...ean("4006381333931")], 5_200)).toEqual({ state: "scanned", text: "4006381333931" });
	});
});
