import { useSpeech } from "../language/language.ts";
import { useCockpit } from "../state/state.ts";

const rows = 30;

export function Scans() {
	const { say, f } = useSpeech();
	const events = useCockpit((all) => all.events);
	const scans = events.filter((event) => event.type === "article.scanned").slice(0, rows);
	return (
		<section class="panel scans" id="scans" aria-labelledby="scans-title">
			<header>
				<h2 id="scans-title">{say("scans")}</h2>
			</header>
			{scans.length === 0 && <p class="empty">{say("noScans")}</p>}
			<ol>
				{scans.map((scan) => (
					<li key={scan.seq}>
						<time>{f.clock(scan.at)}</time>
						<span class="what">
							{scan.name ?? <em>{say("unknownArticle")}</em>}
							<small class="code">
								{scan.code} · {scan.device}
							</small>
						</span>
						<b>{scan.amountMinor !== null && scan.currency !== null ? f.money(scan.amountMinor, scan.currency) : "–"}</b>
					</li>
				))}
			</ol>
		</section>
	);
}
