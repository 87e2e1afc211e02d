import { execFile } from "node:child_process";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

const main = join(import.meta.dirname, "../../src/cli/main.ts");

interface Drilled {
	code: number;
	out: string;
	err: string;
}
function drill(...args: string[]): Promise<Drilled> {
	const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("GONDOLA_")));
	return new Promise((resolve) =>
		execFile(process.execPath, [main, "drill", ...args], { env }, (error, out, err) =>
			resolve({ code: error ? Number(error.code ?? 1) : 0, out, err }),
		),
	);
}

describe("gondola drill", { timeout: 400_000 }, () => {
	it.each([
		["wan-cut", { acknowledged: 20, asked: 20, stockIsEqual: true }],
		["power-cut", { lost: 0, doubled: 0 }],
		["printer-out", { receiptWaited: true, copies: 1 }],
		["clock-jump", { timeStayedRight: true, tomorrowCameEarly: false }],
	])("%s: the store does what it promises, and the recovery is measured", async (name, measured) => {
		const { code, out, err } = await drill(name, "--json");
		expect(err).toBe("");
		const result = JSON.parse(out) as { sentences: string[] };
		expect(result).toMatchObject({ drill: name, passed: true, measured });
		expect(result.sentences.length).toBeGreaterThan(2);
		expect(code).toBe(0);
	});

	it("names the drills there are when another is asked for", async () => {
		const { code, err } = await drill("flood");
		expect(code).toBe(2);
		expect(err).toContain('there is no drill "flood"');
		expect(err).toContain("gondola drill clock-jump");
	});
});
