/** What a person does at the desk is kept with their name once: as the fact of the flow, or as an audited act, never as both. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { AuditEntry } from "../../src/desk/ledger-view.ts";
import { buildDesk } from "../../src/desk/server.ts";
import { fakeLedger } from "./fake-ledger.ts";
import { deskOptions, idleBroker } from "./options.ts";

const audited: AuditEntry[] = [];
/** Flows that were done, each with the actor that its fact carries. */
const done: { flow: string; by: unknown }[] = [];
let desk: Awaited<ReturnType<typeof buildDesk>>;

beforeAll(async () => {
	const ledger = fakeLedger();
	await ledger.do("queuePrint", { id: "r-1", document: "Hello" });
	desk = await buildDesk({
		...deskOptions(),
		audit: (entry) => audited.push(entry),
		ledger: {
			...ledger,
			do: (async (flow: string, _args: unknown, by?: { actor?: { name: string } }) =>
				void done.push({ flow, by: by?.actor?.name })) as never,
		},
		broker: idleBroker,
	});
});
afterAll(() => desk.stop());
beforeEach(() => {
	audited.length = 0;
	done.length = 0;
});

describe("an act at the desk", () => {
	it.each([
		["POST", "/api/v1/broker/accounts", { name: "till-9", kind: "till" }, "broker-account-added"],
		["POST", "/api/v1/broker/accounts/till-9/password", undefined, "broker-account-changed"],
		["DELETE", "/api/v1/broker/accounts/till-9", undefined, "broker-account-revoked"],
		["POST", "/api/v1/pairing/scale-9/approve", undefined, "device-admitted"],
	] as const)("%s %s is audited once", async (method, url, payload, what) => {
		const { statusCode } = await desk.app.inject({ method, url, ...(payload && { payload }) });
		expect(statusCode).toBeLessThan(300);
		expect(audited.map((entry) => entry.what)).toEqual([what]);
	});

	it.each([
		["cancel", undefined, "cancelPrint"],
		["copy", undefined, "copyPrint"],
		["move", { printer: "till-2" }, "movePrint"],
	] as const)("%s of a receipt is the flow's fact with its actor, and no audited act besides", async (verb, payload, flow) => {
		const { statusCode } = await desk.app.inject({ method: "POST", url: `/api/v1/print-jobs/r-1/${verb}`, ...(payload && { payload }) });
		expect(statusCode).toBe(200);
		expect(done).toEqual([{ flow, by: expect.any(String) }]);
		expect(audited).toEqual([]);
	});
});
