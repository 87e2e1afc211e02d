/** A receipt during which the program ends: it is failed the second time, and what merely stood beside it is printed, once. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { until } from "../support/until.ts";
import { type CounterUnderAttack, startCounter } from "./counter.ts";

let counter: CounterUnderAttack;
beforeAll(async () => {
	// A printer so slow that a receipt is in it for as long as this test needs.
	counter = await startCounter("0117", 40);
}, 400_000);
afterAll(() => counter?.end());

const job = async (id: string) => (await counter.jobs()).find((each) => each.id === id);
const stateOf = async (id: string): Promise<string | undefined> => (await job(id))?.state;
const killDuring = async (id: string): Promise<void> => {
	await until(async () => (await stateOf(id)) === "printing", `${id} is being printed`);
	await counter.gateway.kill();
	await counter.gateway.again();
};

it("killed twice during one receipt, the gateway fails it, says so, does not try it again, and prints the innocent one once", async () => {
	const long = "A line of the receipt that ends the program\n".repeat(400);
	await counter.ask("POST", "/print-jobs", { id: "deadly", document: long });
	await counter.ask("POST", "/print-jobs", { id: "innocent", document: "Bread 1,00" });
	await killDuring("deadly");
	await until(async () => (await stateOf("deadly")) === "in-doubt", "after the first time a person is asked");
	expect(await stateOf("innocent")).not.toBe("failed");
	expect((await counter.ask("POST", "/print-jobs/deadly/settle", { as: "again" })).status).toBe(200);
	await killDuring("deadly");
	await until(async () => (await stateOf("deadly")) === "failed", "the second time it is failed");
	expect((await job("deadly"))!.why).toContain("ended twice");
	const alarms = await (await counter.ask("GET", "/alarms")).text();
	expect(alarms).toContain("receipt-failed");
	expect(alarms).toContain("deadly");
	await until(async () => (await stateOf("innocent")) === "printed", "the innocent one is printed");
	expect((await job("innocent"))!.why).toBeNull();
	expect(await stateOf("deadly")).toBe("failed");
	expect(counter.box.slips().filter(({ state }) => state === "complete")).toHaveLength(1);
}, 300_000);
