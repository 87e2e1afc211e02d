import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "vite";
import { createWriter } from "../../src/ledger/ledger.ts";
import { faultsOf } from "./checks.ts";
import type { PowerOrder } from "./power-child.ts";
import { dice, type Witness } from "./shop-day.ts";

const here = import.meta.dirname;

/** The child in one piece of plain JavaScript: a process a cut spends most of its time reading sources otherwise. */
async function bundleChild(): Promise<string> {
	const folder = join(here, "../../node_modules/.cache/gondola");
	const name = `power-child-${process.pid}`;
	await build({
		root: here,
		configFile: false,
		logLevel: "error",
		ssr: { noExternal: true, external: ["better-sqlite3"] },
		build: {
			ssr: true,
			outDir: folder,
			emptyOutDir: false,
			target: "node24",
			minify: false,
			rolldownOptions: { input: { [name]: join(here, "power-child.ts") }, output: { entryFileNames: "[name].mjs" } },
		},
	});
	return join(folder, `${name}.mjs`);
}

/** Compiles the VFS against the headers of the SQLite we ship; undefined, with the reason, where there is no C compiler. */
export function compileShim(): { shim: string } | { why: string } {
	const headers = join(here, "../../node_modules/better-sqlite3/deps/sqlite3");
	const shim = join(mkdtempSync(join(tmpdir(), "gondola-powercut-")), "powercut.so");
	try {
		execFileSync(process.env["CC"] ?? "cc", ["-O1", "-Wall", "-shared", "-fPIC", `-I${headers}`, join(here, "powercut.c"), "-o", shim], {
			stdio: "pipe",
		});
		return { shim };
	} catch (error) {
		return { why: (error as Error).message.split("\n")[0]! };
	}
}

export interface CutsResult {
	cuts: number;
	ended: number;
	acknowledged: number;
	lossy: { seed: number; at: number; faults: string[] }[];
}

export interface CutsOptions {
	shim: string;
	cuts: number;
	seed: number;
	synchronous: "FULL" | "NORMAL";
	parallel?: number;
	say?: (line: string) => void;
}

/** One store's box suffers this many power cuts in a row before it is replaced: damage may show only later. */
const cutsPerBox = 8;

/** Pulls the plug `cuts` times, each at another I/O of another day, and checks what is there after each. */
export async function pullPlugs({ shim, cuts, seed, synchronous, parallel = 2, say }: CutsOptions): Promise<CutsResult> {
	const result: CutsResult = { cuts: 0, ended: 0, acknowledged: 0, lossy: [] };
	const child = await bundleChild();
	let box = 0;
	const oneAfterAnother = async (): Promise<void> => {
		while (result.cuts + result.ended < cuts) {
			box += 1;
			await sufferBox(seed * 100_003 + box);
			say?.(`${result.cuts} cuts, ${result.acknowledged} answers acknowledged, ${result.lossy.length} lossy`);
		}
	};

	const sufferBox = async (boxSeed: number): Promise<void> => {
		const roll = dice(boxSeed);
		const directory = mkdtempSync(join(tmpdir(), "gondola-cuts-"));
		const witness = join(directory, "witness");
		let from = 1;
		for (let cut = 0; cut < cutsPerBox && result.cuts + result.ended < cuts; cut += 1) {
			// Early I/Os hit the making of the file; late ones checkpoints.
			const at = 1 + Math.floor(roll() ** 2 * 1_500);
			const calls = 400;
			const order: PowerOrder = {
				shim,
				directory,
				witness,
				seed: Math.floor(roll() * 2 ** 31),
				from,
				calls,
				down: { catalog: 0, stock: 0 },
				synchronous,
				walPages: 8 + Math.floor(roll() * 60),
				shut: roll() < 0.5,
			};
			const code = await runChild(child, order, at, Math.floor(roll() * 2 ** 31));
			from += calls;
			if (code === 137) result.cuts += 1;
			else result.ended += 1;
			rmSync(join(directory, "ledger.db-shm"), { force: true });
			const witnesses = existsSync(witness) ? readWitnesses(witness) : [];
			result.acknowledged += witnesses.filter((line) => line.n > from - calls - 1).length;
			const faults = reopen(directory, witnesses);
			if (faults.length > 0) {
				result.lossy.push({ seed: boxSeed, at, faults });
				break;
			}
		}
		rmSync(directory, { recursive: true, force: true });
	};

	try {
		await Promise.all(Array.from({ length: parallel }, oneAfterAnother));
	} finally {
		rmSync(child, { force: true });
	}
	return result;
}

/** The box comes back with a disk that works: opened as the daemon would, then looked at. */
function reopen(directory: string, witnesses: Witness[]): string[] {
	try {
		const writer = createWriter(directory, {});
		const rebuilt = writer.book.meta.rebuilt();
		writer.close();
		return [...(rebuilt ? [`taken for damaged: ${rebuilt.why}`] : []), ...faultsOf(directory, witnesses)];
	} catch (error) {
		return [`does not open: ${(error as Error).message}`];
	}
}

const readWitnesses = (file: string): Witness[] =>
	readFileSync(file, "utf8")
		.split("\n")
		.filter((line) => line !== "")
		.map((line) => JSON.parse(line) as Witness);

function runChild(program: string, order: PowerOrder, at: number, seed: number): Promise<number> {
	return new Promise((resolve, reject) => {
		const child = spawn(process.execPath, ["--no-warnings", program, JSON.stringify(order)], {
			stdio: ["ignore", "inherit", "pipe"],
			env: { ...process.env, POWERCUT_AT: String(at), POWERCUT_SEED: String(seed) },
		});
		let words = "";
		child.stderr.on("data", (chunk: Buffer) => (words += chunk.toString()));
		child.on("error", reject);
		child.on("exit", (code, signal) => {
			if (code === 137 || code === 0) resolve(code);
			else reject(new Error(`the child failed by itself (${signal ?? code}): ${words.slice(0, 2_000)}`));
		});
	});
}
