import type { DeviceTest } from "../../words/answers/devices.ts";
import type { PrintJob } from "../../words/receipt.ts";
import { ask, deskUrl } from "../verb/ask.ts";
import { json } from "../verb/output.ts";
import { fail, say } from "../verb/verb.ts";

interface Given {
	url?: string | undefined;
	token?: string | undefined;
	json?: boolean | undefined;
}

/** `state`: the test slip's outcome. */
type Tested = DeviceTest & { state?: PrintJob["state"] };

const settled: readonly PrintJob["state"][] = ["printed", "sent", "in-doubt", "failed"];
const waitForPaperMs = 30_000;
const lookEveryMs = 250;

/** Asks the gateway to make the device show itself; for a printer, reports whether paper came and whether the printer can report that. */
export async function testDevice(id: string, { url, token, json: asJson }: Given): Promise<number> {
	const base = await deskUrl(url);
	const path = `/api/v1/devices/${encodeURIComponent(id)}`;
	const answer = await ask<Tested>(base, `${path}/test`, { method: "POST", token });
	const tested = answer.ok && answer.job !== undefined ? said(id, await slip(base, answer.job, token)) : answer;
	if (asJson) json(tested);
	else if (tested.ok) say(tested.what);
	if (tested.ok) return 0;
	return fail(1, `${tested.what}${tested.do ? ` ${tested.do}` : ""}`);
}

/** The slip's job once its outcome is known, or its state after half a minute. */
async function slip(base: string, job: string, token: string | undefined): Promise<PrintJob> {
	for (const untilMs = performance.now() + waitForPaperMs; ; await new Promise((resolve) => setTimeout(resolve, lookEveryMs))) {
		const found = await ask<PrintJob>(base, `/api/v1/print-jobs/${encodeURIComponent(job)}`, { token });
		if (settled.includes(found.state) || performance.now() > untilMs) return found;
	}
}

function said(id: string, { id: job, state }: PrintJob): Tested {
	switch (state) {
		case "printed":
			return { ok: true, job, state, what: `${id} printed a test slip and confirmed it: its receipts are proved printed.` };
		case "sent":
			return {
				ok: true,
				job,
				state,
				what:
					`${id} was sent a test slip; it is set to confirm nothing (confirm: none). ` +
					"If paper came out, look whether its model can confirm.",
			};
		case "in-doubt":
			return {
				ok: false,
				job,
				state,
				what: `${id} took a test slip and did not confirm it.`,
				do:
					"If the slip came out whole, the printer does not know the question: set its confirm to gs-r (Epson and most others) " +
					"or none, and test again. If not, see: gondola alarms",
			};
		default:
			return {
				ok: false,
				job,
				state,
				what: `The test slip of ${id} is ${state}.`,
				do: "Look at the printer's paper, cover and power, then: gondola alarms",
			};
	}
}
