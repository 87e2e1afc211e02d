import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { customerMutants } from "../customers/mutants.ts";
import { liarMutants } from "../liar/mutants.ts";
import { mutants as linkMutants } from "./mutants.ts";

interface Hunted {
	mutant: string;
	misfit: string[];
	breaks: string[];
	seed?: number;
	broken?: string;
}

/** In a process of its own: the mistakes are planted while modules are loaded. */
async function hunted(...among: string[]): Promise<Hunted[]> {
	const answer = await promisify(execFile)(
		process.execPath,
		["--no-warnings", join(import.meta.dirname, "../run.ts"), "--mutants", "--seeds", "200", "--json", ...among],
		{ maxBuffer: 1 << 24 },
	).catch((error: { stdout: string; stderr: string }) => ({ stdout: error.stdout || error.stderr }));
	return answer.stdout
		.trim()
		.split("\n")
		.map((line) => JSON.parse(line) as Hunted);
}

describe("the promises of the simulation", () => {
	it.each([
		{ of: "the link", mutants: [...linkMutants, ...liarMutants], among: [] },
		{ of: "orders, coupons, returns and transfers", mutants: customerMutants, among: ["--customers"] },
	])(
		"notice each of these mistakes in $of, and by the right name",
		async ({ mutants, among }) => {
			const found = await hunted(...among);
			console.log(found.map(({ mutant, seed, broken }) => `${mutant}: seed ${seed}, ${broken?.slice(0, 100)}`).join("\n"));
			expect(found.map(({ mutant }) => mutant)).toEqual(mutants.map(({ name }) => name));
			expect(found.flatMap(({ misfit }) => misfit)).toEqual([]);
			const unnoticed = found.filter(({ broken, breaks }) => broken === undefined || !breaks.includes(broken.split(":")[0]!));
			expect(unnoticed.map(({ mutant, broken }) => `${mutant}: ${broken ?? "outlived every seed"}`)).toEqual([]);
		},
		600_000,
	);
});
