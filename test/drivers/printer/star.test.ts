import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { armCounter, awaitNext, hearCount, newCounter } from "../../../drivers/printer/language/print-counter.ts";
import { longestStatus, printPicture, takeAnswers } from "../../../drivers/printer/language/star.ts";
import { printerOptions } from "../../../drivers/printer/options.ts";

const hex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, "hex"));
const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
const idle = "2386000000000000000000";

/** Written from Star's manuals; kept outside the repository. */
const vectorFile = resolve(import.meta.dirname, "../../../../shared/vectors/printing-2-vectors.json");
interface Vector {
	id: string;
	kind: string;
	why: string;
	hex: string;
	expect: { length: number; flags: string[]; etbCounter: number };
}
const vectors: Vector[] = existsSync(vectorFile) ? JSON.parse(readFileSync(vectorFile, "utf8")).vectors : [];

describe("the status of a Star printer", () => {
	it.each(vectors.filter(({ kind }) => kind === "star-asb").map((each) => [`${each.id}: ${each.why}`, each] as const))("%s", (_, each) => {
		const { answers, rest } = takeAnswers(hex(each.hex));
		const { flags, etbCounter } = each.expect;
		const has = (flag: string): boolean => flags.includes(flag);
		expect(rest).toHaveLength(0);
		expect(answers).toEqual([
			{
				kind: "whole-status",
				printedCount: etbCounter,
				status: {
					online: !has("offline"),
					cover: has("coverOpen") ? "open" : "closed",
					paper: has("paperEnd") ? "out" : has("paperNearEnd") ? "near-end" : "ok",
					cutter: has("cutterError") ? "stuck" : "well",
					error: "none",
					drawerPin: "low",
				},
			},
		]);
	});

	it("is read in one piece, in two, twice in one read, and behind noise", () => {
		const kinds = (bytes: Uint8Array): string[] => takeAnswers(bytes).answers.map(({ kind }) => kind);
		for (let at = 1; at < 11; at++) {
			const first = takeAnswers(hex(idle).subarray(0, at));
			expect([at, first.answers]).toEqual([at, []]);
			expect(kinds(Buffer.concat([first.rest, hex(idle).subarray(at)]))).toEqual(["whole-status"]);
		}
		expect(kinds(hex(idle + idle))).toEqual(["whole-status", "whole-status"]);
		expect(kinds(hex(`ff23${idle}`))).toEqual(["noise", "noise", "whole-status"]);
		expect(kinds(hex(`238600${idle}`)).at(-1)).toBe("whole-status");
	});

	it("that never ends is not kept", () => {
		const { rest } = takeAnswers(new Uint8Array(10_000).fill(0x21));
		expect(rest.length).toBeLessThan(longestStatus);
	});
});

describe("a picture for a Star printer", () => {
	const picture = { bytesPerRow: 3, rows: 2, dots: hex("1b0601800000") };

	it("holds no question for the status, in slices", () => {
		expect(hexOf(printPicture(picture, "block"))).toBe("1b1d530103000200001b0701800000");
	});
	it("is sent row by row without the white at its right, and leaves graphic mode without a cut", () => {
		const rows = hexOf(printPicture(picture, "rows"));
		expect(rows).toContain("6203001b070162010080");
		expect(rows.startsWith("1b2a7241")).toBe(true);
		expect(rows).toContain("1b2a72453100");
		expect(rows.endsWith("1b2a7242")).toBe(true);
	});
});

describe("the counter as a fence", () => {
	it("never waits for a value that a printer shows after it was switched off and on", () => {
		for (let seen = 0; seen < 32; seen++) {
			const counter = newCounter();
			hearCount(counter, seen);
			const set = armCounter(counter, 0) as { set: number };
			hearCount(counter, set.set);
			const awaited = new Set<number>();
			for (let receipt = 0; receipt < 100; receipt++) {
				if (armCounter(counter, receipt * 10_000) !== "armed") {
					hearCount(counter, counter.arming!.value);
					expect(armCounter(counter, receipt * 10_000)).toBe("armed");
				}
				awaitNext(counter);
				awaited.add(counter.awaited!);
				expect(hearCount(counter, counter.awaited!)).toBe("answered");
			}
			expect([...awaited].every((value) => value > 1 && value < 32)).toBe(true);
		}
	});

	it("is not answered by a fence of an earlier link that is still on its way", () => {
		const counter = newCounter();
		hearCount(counter, 7);
		armCounter(counter, 0);
		expect([hearCount(counter, 8), hearCount(counter, 9), armCounter(counter, 1)]).toEqual(["nothing", "nothing", "wait"]);
	});

	it("waits for a status of its own time", () => {
		expect(armCounter(newCounter(), 0)).toBe("wait");
	});

	it("says that the printer was switched off and on", () => {
		const counter = newCounter();
		hearCount(counter, 3);
		hearCount(counter, (armCounter(counter, 0) as { set: number }).set);
		awaitNext(counter);
		expect(hearCount(counter, 0)).toBe("restarted");
		expect(hearCount(counter, 1)).toBe("nothing");
	});
});

describe("the options of a Star printer", () => {
	const base = { id: "printer-1", host: "10.0.0.9", protocol: "star-prnt" };
	const said = (more: object): string => {
		const read = printerOptions.safeParse({ ...base, ...more });
		return read.success ? "" : read.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`).join("; ");
	};
	it("are those of a model that speaks Star, and nothing is taken that would not be done", () => {
		expect(said({ model: "star-mc-print3" })).toBe("");
		expect(said({})).toMatch(/^model: generic-80mm does not speak star-prnt; these do: star-/);
		expect(said({ model: "star-tsp143", mode: "text" })).toMatch(/^mode: /);
		expect(said({ model: "star-tsp143", confirm: "gs-r" })).toMatch(/^confirm: /);
		expect(said({ protocol: "esc-pos", confirm: "counter" })).toMatch(/^confirm: /);
	});
});
