/** A gateway under load, until it is killed: the real worker, every answer noted outside SQLite as soon as it is there. */
import { openSync, writeSync } from "node:fs";
import { openStoreLedger } from "../../src/daemon/ledger.ts";
import { dice, momentOf, shopDay } from "./shop-day.ts";

const { directory, witness, seed, from } = JSON.parse(process.argv[2]!) as {
	directory: string;
	witness: string;
	seed: number;
	from: number;
};
const ledger = await openStoreLedger(directory, () => momentOf(from));
const down = { catalog: ledger.read.link.dn("catalog")?.position ?? 0, stock: ledger.read.link.dn("stock")?.position ?? 0 };
const next = shopDay(dice(seed), down);
const file = openSync(witness, "a");
let n = from;
for (let isFirst = true; ; isFirst = false) {
	const group = Array.from({ length: 20 }, () => next(n++));
	await Promise.all(
		group.map(async ({ call, trace }) => {
			const ok = await ledger.do(call.flow as never, call.args as never, call.now).then(
				() => true,
				() => false,
			);
			writeSync(file, `${JSON.stringify({ n: call.n, ok, trace, event: 0, facts: { seq: 0, hash: "" }, notes: { seq: 0, hash: "" } })}\n`);
		}),
	);
	// However slow the machine: there is something to lose before the killing begins.
	if (isFirst) process.stdout.write("at work\n");
}
