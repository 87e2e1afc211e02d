/** A store of its own process, which a test kills: takes goods back, sends them to another store and receives others. */
import { flows } from "../../../src/flows/flows.ts";
import { createWriter } from "../../../src/ledger/ledger.ts";
import { moment, noon } from "../../support/store.ts";

const [directory, first] = JSON.parse(process.argv[2]!) as [string, number];
const writer = createWriter(directory, flows);
let n = 0;
const run = (flow: string, args: object): void => {
	const [answer] = writer.run([{ n: (n += 1), flow, args, now: moment(noon) }]).answers;
	if (!answer!.ok) throw new Error(`${flow}: ${answer!.code}`);
};

for (let round = first; ; round += 1) {
	const sale = { id: `s${round}`, till: "t1", at: noon, lines: [{ sku: "100", quantity: 3, amountMinor: 1_000 }] };
	run("recordSale", sale);
	run("returnGoods", { id: `r${round}`, line: `own/t1/s${round}/1`, quantity: 2, condition: ["sellable", "opened"][round % 2], days: 30 });
	run("sendTransfer", { transfer: `out-${round}` });
	run("receiveTransfer", { transfer: `in-${round}` });
	// Written before the next act begins: a pipe keeps what a killed process wrote into it.
	process.send!(round);
	// On a busy machine the kill comes late, and there are only so many transfers.
	await new Promise<void>((done) => {
		if (round < first + 60) setImmediate(done);
	});
}
