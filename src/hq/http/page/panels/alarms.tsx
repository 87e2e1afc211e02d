import { useCodes, useSpeech } from "../language/language.ts";
import { usePolled } from "../state/polled.ts";
import { addressOf, api, useOffice } from "../state/state.ts";

/** The alarms of all stores by code: one fault in forty stores is one row. */
export function AlarmsOfStores() {
	const { say, f } = useSpeech();
	const codes = useCodes();
	const now = useOffice((all) => all.now);
	const { value: alarms, problem } = usePolled(api.alarmGroups, 5_000, "");
	return (
		<section class="panel" aria-labelledby="alarms-title">
			<header>
				<h2 id="alarms-title">{say("alarms")}</h2>
			</header>
			{problem !== "" && <p class="refused">{problem}</p>}
			{alarms?.length === 0 && <p class="empty">{say("noAlarm")}</p>}
			<ul class="lines grouped">
				{(alarms ?? []).map((group) => (
					<li key={group.code}>
						<span class={`badge ${group.level.toLowerCase()}`}>{say(group.level)}</span>
						<span class="reason">
							<b title={group.code}>{group.what ?? codes("", group.code)}</b>{" "}
							<span class="quiet">{say("inStores", f.number(group.alarms), f.number(group.stores))}</span>
							{(group.do ?? "") !== "" && <span class="remedy">{group.do}</span>}
							<small class="named">
								{group.first.map((store) => (
									<a key={store} href={addressOf("stores", store)}>
										{store}
									</a>
								))}
								{group.stores > group.first.length && "…"}
							</small>
						</span>
						<span class="quiet">{say("since", f.ago(group.since, now))}</span>
					</li>
				))}
			</ul>
		</section>
	);
}
