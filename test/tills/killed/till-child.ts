/** A store of its own process, which a test kills: settles basket after basket, and says what was acknowledged. */
import { randomInt } from "node:crypto";
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

for (let basket = first; ; basket += 1) {
	const id = `b${basket}`;
	run("openBasket", { id, till: "till-1" });
	for (let line = randomInt(1, 4); line > 0; line -= 1) run("addToBasket", { basket: id, code: ["100", "200"][line % 2]!, quantity: line });
	run("couponOfBasket", { basket: id, code: "C-1" });
	run("settleBasket", { basket: id, id: `s${basket}` });
	run("redeemCoupon", { id: `r${basket}`, code: "C-2", till: "till-1", sale: `s${basket}` });
	// Written before the next act begins: a pipe keeps what a killed process wrote into it.
	process.send!(basket);
	await new Promise((done) => setImmediate(done));
}
