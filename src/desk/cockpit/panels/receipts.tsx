import { useState } from "preact/hooks";
import type { PrintJob } from "../../../words/receipt.ts";
import { useSpeech } from "../language/language.ts";
import type { Word } from "../language/words.ts";
import { Refused } from "../shared/ask.ts";
import { RefusalText } from "../shared/refusal-text.tsx";
import { api, change, read, useCockpit } from "../state/state.ts";
import { SettleButtons } from "./controls.tsx";

const rows = 8;
const stateWord: Record<PrintJob["state"], Word> = {
	queued: "queued",
	printing: "printing",
	printed: "printed",
	sent: "sent-job",
	"in-doubt": "in-doubt",
	void: "void",
	failed: "failed",
};

export function Receipts() {
	const { say } = useSpeech();
	const jobs = useCockpit((all) => all.jobs);
	// A receipt in doubt waits for a person, however old it is.
	const newest = [...jobs].sort((a, b) => (a.changedAt < b.changedAt ? 1 : -1));
	const shown = [...newest.filter((job) => job.state === "in-doubt"), ...newest.filter((job) => job.state !== "in-doubt")].slice(0, rows);
	return (
		<section class="panel receipts" id="receipts" aria-labelledby="receipts-title">
			<header>
				<h2 id="receipts-title">{say("receipts")}</h2>
			</header>
			{shown.length === 0 && <p class="empty">{say("noReceipts")}</p>}
			<ul>
				{shown.map((job) => (
					<Row key={job.id} job={job} />
				))}
			</ul>
		</section>
	);
}

function Row({ job }: { job: PrintJob }) {
	const { say, f } = useSpeech();
	const [said, setSaid] = useState("");
	const settle = (as: "printed" | "again") =>
		api.settle(job.id, as).then(
			(settled) => change({ jobs: read().jobs.map((each) => (each.id === settled.id ? settled : each)) }),
			(error: Refused) => setSaid(error.status === 0 ? say("unreachable") : error.message),
		);
	return (
		<li class={job.state}>
			<time>{f.clock(job.changedAt)}</time>
			<span class="what">
				<span class="code">{job.id}</span>
				<small>
					{job.printer}
					{job.copy > 1 && ` · ${say("copyNo", job.copy)}`}
					{job.why !== null && ` · ${job.why}`}
				</small>
			</span>
			<span class={`pill ${job.state}`}>{say(stateWord[job.state])}</span>
			{job.state === "in-doubt" && (
				<span class="acts">
					<SettleButtons settle={settle} />
				</span>
			)}
			<RefusalText said={said} />
		</li>
	);
}
