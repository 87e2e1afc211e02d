import { json } from "../verb/output.ts";
import { fail, read, say, type Verb } from "../verb/verb.ts";
import { clockJump } from "./clock-jump.ts";
import { type DrillStore, openDrillStore } from "./drill-store.ts";
import { powerCut } from "./power-cut.ts";
import { printerOut } from "./printer-out.ts";
import { wanCut } from "./wan-cut.ts";

const usage = `gondola drill wan-cut        head office out of reach: the store goes on, and head office hears everything once it is back
gondola drill power-cut      the gateway's process ended in the middle of its work: what it acknowledged is there, and nothing twice
gondola drill printer-out    the paper ends: somebody is told, and the receipt comes out once when there is paper
gondola drill clock-jump     the box's clock jumps two days ahead: no price comes early, and what was due comes when it is right again

  Each rehearses its fault on a demo store of its own, started for it, and says what was measured. Exit code 1 where the store did not do
  what it promises.

  --data DIR   the demo's folder, kept afterwards; default: a new one that is removed
  --json       the answer as JSON`;

export interface DrillResult {
	/** Whether the store did what it promises. */
	passed: boolean;
	measured: Readonly<Record<string, number | string | boolean>>;
	sentences: readonly string[];
}

const drills: Readonly<Record<string, (store: DrillStore) => Promise<DrillResult>>> = {
	"wan-cut": wanCut,
	"power-cut": powerCut,
	"printer-out": printerOut,
	"clock-jump": clockJump,
};

export const drill: Verb = {
	summary: "rehearse a fault on a demo store, and measure the recovery",
	usage,
	async run(args) {
		const given = read(args, usage, { data: { type: "string" }, json: { type: "boolean" } });
		if (typeof given === "number") return given;
		const [name, ...more] = given.words;
		const run = name === undefined || more.length > 0 || !Object.hasOwn(drills, name) ? undefined : drills[name];
		if (run === undefined)
			return fail(2, `${name === undefined ? "name the fault" : `there is no drill "${given.words.join(" ")}"`}.\n${usage}`);
		if (!given.values.json) say("A demo store is opened for the drill…");
		const store = await openDrillStore(given.values.data);
		try {
			const result = await run(store);
			if (given.values.json) json({ drill: name, ...result });
			else
				for (const sentence of [
					...result.sentences,
					result.passed ? "The store did what it promises." : "The store did NOT do what it promises.",
				])
					say(sentence);
			return result.passed ? 0 : 1;
		} finally {
			await store.close();
		}
	},
};
