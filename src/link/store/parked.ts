import type { ArrivedDown, ParkedKey } from "../../words/streams/arrived.ts";
import { anyRelease, type ReleaseCheck, withRelease } from "../../words/streams/releases.ts";
import { checkRecord } from "../protocol/records.ts";
import type { LinkLog } from "../run/clock.ts";
import type { LinkLedger } from "./ledger-port.ts";
import { pulledStreams } from "./pull.ts";

const pageRows = 200;

/** Called at start: applies parked records whose types this build knows. Answers how many. */
export async function unparkKnown(ledger: LinkLedger, log: LinkLog, isReleased: ReleaseCheck = anyRelease): Promise<number> {
	let done = 0;
	let after: ParkedKey | undefined;
	for (;;) {
		const page = ledger.read.parked?.page(after, pageRows) ?? [];
		if (page.length === 0) break;
		const { stream, epoch, seq } = page.at(-1)!;
		after = { stream, epoch, seq };
		const records = page.flatMap(({ stream, epoch, seq, record }): (ParkedKey & { item: ArrivedDown })[] => {
			const known = pulledStreams.find((each) => each === stream);
			const checked = known && checkRecord(known, record);
			if (!checked || checked.kind === "parked") return [];
			const item =
				checked.kind === "known"
					? withRelease(checked.record, isReleased)
					: { poison: { code: checked.code, why: checked.why }, raw: record };
			return [{ stream, epoch, seq, item }];
		});
		if (records.length > 0) done += (await ledger.do("unpark", { records })).done;
	}
	if (done > 0) log.info({ records: done }, "records that an older build had parked are done");
	return done;
}
