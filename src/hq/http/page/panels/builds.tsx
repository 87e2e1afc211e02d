import type { StoreAtHq } from "../../../../words/answers/head-office/stores.ts";
import { useSpeech } from "../language/language.ts";
import { addressOf, useOffice } from "../state/state.ts";
import { Bar } from "./stores.tsx";

const namesMost = 24;

/** Which build the box of each store runs, the newest first. */
export function Builds() {
	const { say, f } = useSpeech();
	const stores = useOffice((all) => all.stores);
	const loaded = useOffice((all) => all.storesLoaded);
	const byBuild = Map.groupBy(stores, ({ build }) => build);
	const builds = [...byBuild].toSorted(([a], [b]) => (b ?? "").localeCompare(a ?? "", "en", { numeric: true }));
	return (
		<section class="panel builds" aria-labelledby="builds-title">
			<header>
				<h2 id="builds-title">{say("builds")}</h2>
			</header>
			<p class="quiet">{say("buildsHelp")}</p>
			{!loaded && <p class="empty">{say("opening")}</p>}
			{loaded && stores.length === 0 && <p class="empty">{say("noStore")}</p>}
			<ul class="lines">
				{builds.map(([build, those]) => (
					<li key={build ?? ""} class="stacked">
						<p class="shown-share">
							<b class="code">{build ?? say("unknownBuild")}</b>
							<Bar part={those.length} whole={stores.length} />
							<span>{say("storesWith", f.number(those.length), f.share(those.length, stores.length))}</span>
						</p>
						{those.length < stores.length && <Names stores={those} />}
					</li>
				))}
			</ul>
		</section>
	);
}

function Names({ stores }: { stores: readonly StoreAtHq[] }) {
	const { say, f } = useSpeech();
	return (
		<p class="named">
			{stores.slice(0, namesMost).map(({ id }) => (
				<a key={id} href={addressOf("stores", id)}>
					{id}
				</a>
			))}
			{stores.length > namesMost && <span class="quiet">{say("andMore", f.number(stores.length - namesMost))}</span>}
		</p>
	);
}
