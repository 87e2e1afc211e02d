import type { PushWave } from "../../../../words/answers/head-office/waves.ts";
import { useSpeech, type Word } from "../language/language.ts";
import { personOf } from "./pushes.tsx";

/** The waves of a push, in their order: how each stands, what was measured, and why one halted. */
export function Waves({ waves }: { waves: readonly PushWave[] }) {
	const { say } = useSpeech();
	return (
		<section class="panel waves" aria-labelledby="waves-title">
			<header>
				<h2 id="waves-title">{say("waves")}</h2>
			</header>
			<ol class="lines">
				{waves.map((wave) => (
					<Wave key={wave.n} wave={wave} />
				))}
			</ol>
		</section>
	);
}

function Wave({ wave }: { wave: PushWave }) {
	const { say, f } = useSpeech();
	const { n, group, percent, state, stores, measured, halt, by, openedAt, closedAt, watchedUntil } = wave;
	const whom = group ?? (percent === undefined ? say("everyStore") : `${percent} %`);
	const when = [
		...(openedAt === null ? [] : [say("waveOpened", f.day(openedAt))]),
		...(watchedUntil === null ? [] : [say("waveWatched", f.day(watchedUntil))]),
		...(closedAt === null ? [] : [say("waveClosed", f.day(closedAt))]),
		...(by === null ? [] : [say("waveBy", personOf(by))]),
	];
	return (
		<li class={state}>
			<b class="place">{n}</b>
			<span class="reason">
				<b>
					{whom} <span class={`state ${state}`}>{say(`wave_${state}` as Word)}</span>
				</b>
				<small>{[say("waveStores", f.number(stores)), ...when].join(" · ")}</small>
				{measured && (
					<small>{say("waveMeasured", f.number(measured.shown), f.number(measured.due), measured.failedLabels, measured.redAlarms)}</small>
				)}
				{halt && state === "halted" && (
					<span class="refused" role="alert">
						{halt.what} {halt.do}
					</span>
				)}
			</span>
		</li>
	);
}
