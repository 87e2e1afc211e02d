/** Alarms in the four languages of the cockpit: every code, with the same facts in each. */
import { describe, expect, it } from "vitest";
import { deviceTroubles } from "../../drivers/trouble.ts";
import { alarmInWords } from "../../src/daemon/alarm-words.ts";
import { croatianDevices } from "../../src/daemon/languages/croatian-devices.ts";
import { croatianStore } from "../../src/daemon/languages/croatian-store.ts";
import { germanDevices } from "../../src/daemon/languages/german-devices.ts";
import { germanStore } from "../../src/daemon/languages/german-store.ts";
import { lineWords } from "../../src/daemon/languages/line.ts";
import { lineRemedy } from "../../src/daemon/line-remedy.ts";
import { buildDesk } from "../../src/desk/server.ts";
import { storeTroubles } from "../../src/flows/store-troubles.ts";
import { fakeLedger } from "./fake-ledger.ts";
import { deskOptions } from "./options.ts";

const troubles = { ...deviceTroubles, ...storeTroubles };
const facts = (sentence: string): string[] => [...sentence.matchAll(/\{\w+\}/g)].map(([fact]) => fact).sort();
const commands = (sentence: string): string[] => [...sentence.matchAll(/`[^`]+`/g)].map(([command]) => command).sort();

describe.each([
	["de", { ...germanDevices, ...germanStore }],
	["hr", { ...croatianDevices, ...croatianStore }],
] as const)("troubles in %s", (language, table) => {
	it("are of codes that exist", () => {
		expect(Object.keys(table).filter((code) => !Object.hasOwn(troubles, code))).toEqual([]);
	});

	// A new trouble is said in English until somebody writes its sentences.
	it.each(Object.keys(table))("name for %s no fact and no command that English does not name", (code) => {
		const { what, do: act } = troubles[code as keyof typeof troubles].en;
		const [said, todo] = table[code]!;
		expect(facts(what + act)).toEqual(expect.arrayContaining(facts(said + todo)));
		expect(commands(what + act)).toEqual(expect.arrayContaining(commands(said + todo)));
	});

	it("of a code without sentences is English", () => {
		expect(Object.keys(table).length).toBeGreaterThan(70);
		expect(alarmInWords({ code: "never-heard-of", subject: "x" }, language).what).toBe("never-heard-of: x");
	});
});

describe("the line to head office", () => {
	it.each(["alert certificate expired", "self signed", "Not authorized", "ENOTFOUND", "ECONNREFUSED", "EHOSTUNREACH", "something new"])(
		"is explained in each language for %j",
		(why) => {
			const said = (["en", "zh-CN", "de", "hr"] as const).map((language) => lineRemedy(why, language));
			expect(new Set(said).size).toBe(4);
			expect(said.every((sentence) => sentence.length > 5)).toBe(true);
		},
	);

	it("has as many remedies in each", () => {
		expect(lineWords.hr.remedies.length).toBe(lineWords.de.remedies.length);
		expect(lineRemedy("EHOSTUNREACH", "de")).toBe(lineWords.de.remedies.at(-1));
	});
});

it("an alarm is read in the language that is asked for, and in the store's where none is", async () => {
	const ledger = fakeLedger();
	const alarm = {
		id: "printer-paper-out:till-1",
		level: "RED",
		code: "printer-paper-out",
		subject: "till-1",
		healsByItself: true,
	} as const;
	ledger.alarms.set(alarm.id, { ...alarm, what: "", do: "", since: ledger.clock.wall, count: 1, acknowledgedAt: null });
	const explain = (kept: Parameters<typeof alarmInWords>[0], language: Parameters<typeof alarmInWords>[1]) => alarmInWords(kept, language);
	const { app, stop } = await buildDesk(deskOptions({ ledger, explain }));
	const read = async (language?: string): Promise<string> =>
		(await app.inject({ url: "/api/v1/alarms", headers: { host: "127.0.0.1", ...(language && { "accept-language": language }) } })).json()
			.items[0].what;
	expect(await read("de-AT,de;q=0.9")).toBe("till-1 hat kein Papier.");
	expect(await read("hr")).toBe("till-1 nema papira.");
	expect(await read("zh-CN")).toContain("till-1");
	expect(await read("fr")).toBe("till-1 has no paper.");
	expect(await read()).toBe("till-1 has no paper.");
	await stop();
});
