import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openAuditLog } from "../../src/desk/audit-log.ts";
import { flows } from "../../src/flows/flows.ts";
import { createWriter, type Writer } from "../../src/ledger/ledger.ts";
import { factRecord } from "../../src/link/protocol/events.ts";
import type { Actor } from "../../src/words/actor.ts";
import { moment, noon } from "../support/store.ts";

const mara: Actor = { kind: "user", name: "mara", address: "10.0.0.7" };
let directory: string;
let writer: Writer;
beforeEach(() => {
	directory = mkdtempSync(join(tmpdir(), "gondola-audit-"));
	writer = createWriter(directory, flows);
});
afterEach(() => {
	writer.close();
	rmSync(directory, { recursive: true, force: true });
});
const call = (flow: string, args: unknown, actor?: Actor) => {
	const [answer] = writer.run([{ n: 1, flow, args, now: { ...moment(noon), ...(actor && { actor }) } }]).answers;
	if (!answer!.ok) throw new Error(answer!.message);
	return answer!.value;
};
const events = () => writer.book.events.after(0, 1_000);

describe("who caused a fact", () => {
	it("stays with it, after a restart and for head office", () => {
		call("recordAudit", { act: "user-added", subject: "jon", outcome: "done" }, mara);
		call("recordLine", { up: true, why: null });
		writer.close();
		writer = createWriter(directory, flows);
		const [audited, other] = events();
		expect(audited).toMatchObject({ type: "audit.recorded", act: "user-added", subject: "jon", outcome: "done", actor: mara });
		expect(factRecord.parse(audited)).toEqual(audited);
		expect(other).not.toHaveProperty("actor");
	});
});

describe("a stranger who is refused again and again", () => {
	it("writes one fact a minute for each reason, with the count of the others", () => {
		let nowMs = 0;
		const log = openAuditLog(
			{ do: async (flow, args, by) => call(flow, args, by?.actor) as never },
			(error) => {
				throw error;
			},
			() => nowMs,
		);
		const knock = (n: number) => log.record({ what: "sign-in-refused", by: { ...mara, name: `guess-${n}` }, why: "wrong-password" });
		for (let n = 0; n < 1_000; n += 1) knock(n);
		expect(events()).toHaveLength(1);
		log.record({ what: "sign-in", by: mara });
		nowMs = 60_000;
		knock(1_000);
		expect(events().map((event) => event.type === "audit.recorded" && [event.act, event.outcome, event.more])).toEqual([
			["sign-in-refused", "refused", undefined],
			["sign-in", "done", undefined],
			["sign-in-refused", "refused", 999],
			["sign-in-refused", "refused", undefined],
		]);
		log.stop();
		expect(events()).toHaveLength(4);
	});
});
