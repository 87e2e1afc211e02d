/** A store of its own process, which a test kills: picks order after order and hands it over. */
import { flows } from "../../src/flows/flows.ts";
import { createWriter } from "../../src/ledger/ledger.ts";
import { moment, noon } from "../support/store.ts";
import { actsOf } from "./order-acts.ts";

const [directory, first] = JSON.parse(process.argv[2]!) as [string, number];
/** On a busy machine the kill comes late, and there are only so many orders. */
const ordersMost = 40;
const writer = createWriter(directory, flows);
let n = 0;
// Somebody listens: the process lives until it is killed.
process.on("message", () => {});

for (let order = first; order < first + ordersMost; order += 1) {
	for (const { flow, args } of actsOf(order)) {
		const [answer] = writer.run([{ n: (n += 1), flow, args, now: moment(noon) }]).answers;
		if (!answer!.ok) throw new Error(`${flow}: ${answer!.code}`);
		// Written before the next act begins: a pipe keeps what a killed process wrote into it.
		process.send!(args.id);
		await new Promise<void>((done) => void setImmediate(done));
	}
}
