import { useState } from "preact/hooks";
import type { AuditEntry } from "../../../../words/answers/head-office/audit.ts";
import { useSpeech } from "../language/language.ts";
import { usePolled } from "../state/polled.ts";
import { api, failed } from "../state/state.ts";

/** Who changed something or was refused something, the newest first. */
export function Audit() {
	const { say, f } = useSpeech();
	const { value, problem } = usePolled(() => api.audit(undefined), 6_000, "");
	const [older, setOlder] = useState<AuditEntry[]>([]);
	const [end, setEnd] = useState(false);
	const [said, setSaid] = useState("");
	const newest = value?.items ?? [];
	const oldest = older.at(-1) ?? newest.at(-1);
	const first = older[0];
	const rows = [...(first ? newest.filter(({ n }) => n > first.n) : newest), ...older];
	const more = () =>
		api.audit(oldest!.n).then(
			({ items }) => {
				// Rows between the two lists move to the older list, so that none is lost when newer rows arrive.
				setOlder([...rows, ...items]);
				setEnd(items.length === 0);
			},
			(error: unknown) => setSaid(failed(error) || say("unreachable")),
		);
	return (
		<section class="panel audit" aria-labelledby="audit-title">
			<header>
				<h2 id="audit-title">{say("audit")}</h2>
			</header>
			{problem + said !== "" && <p class="refused">{problem || said}</p>}
			{value && rows.length === 0 && <p class="empty">{say("noAudit")}</p>}
			<ul class="lines">
				{rows.map((row) => (
					<li key={row.n} class={/^[45]|-|alarm/.test(row.outcome) ? "odd" : ""}>
						<time>{f.day(row.at)}</time>
						<b>{row.name}</b>
						<span class="reason">
							{row.what} {row.subject !== null && <small class="code">{row.subject}</small>}
						</span>
						<span class="quiet">{row.outcome}</span>
					</li>
				))}
			</ul>
			{rows.length >= 100 && !end && (
				<button type="button" class="ghost" onClick={more}>
					{say("more")}
				</button>
			)}
		</section>
	);
}
